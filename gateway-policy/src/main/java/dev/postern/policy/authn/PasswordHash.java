package dev.postern.policy.authn;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.Md5Crypt;

/** The hash of a password, in one of the forms that {@code htpasswd} writes. */
sealed interface PasswordHash {
  /** Returns whether this is the hash of a password. Takes as long as the hash was made to take. */
  boolean matches(byte[] password);

  /** Returns how much work that is, for comparison with others. */
  int work();

  /**
   * Reads a hash.
   *
   * @throws IllegalArgumentException if it is none of a form that is accepted; the message does not
   *     hold it
   */
  static PasswordHash parse(String text) {
    if (text.startsWith("$2")) {
      return Bcrypt.read(text);
    }
    if (text.startsWith("$apr1$")) {
      return Apr1.read(text);
    }
    if (text.startsWith("{SHA}")) {
      return Sha.read(text);
    }
    throw new IllegalArgumentException(
        text.startsWith("$5$") || text.startsWith("$6$")
            ? "crypt with SHA-2 is not supported yet (expected: bcrypt)"
            : "no hash that is accepted (expected: bcrypt)");
  }

  /** Blowfish, as often as the cost says: the one to use. */
  record Bcrypt(String hash, int cost, BCrypt.Version version) implements PasswordHash {
    private static final Pattern FORM =
        Pattern.compile("\\$2([aby])\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");
    private static final int LEAST_COST = 4;
    private static final int MOST_COST = 14;

    static Bcrypt read(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new IllegalArgumentException("no bcrypt hash (expected: $2a$, $2b$ or $2y$)");
      }
      int cost = Integer.parseInt(form.group(2));
      if (cost < LEAST_COST || cost > MOST_COST) {
        throw new IllegalArgumentException(
            "bcrypt cost " + cost + " (expected: " + LEAST_COST + ".." + MOST_COST + ")");
      }
      BCrypt.Version version =
          switch (form.group(1)) {
            case "a" -> BCrypt.Version.VERSION_2A;
            case "b" -> BCrypt.Version.VERSION_2B;
            default -> BCrypt.Version.VERSION_2Y;
          };
      return new Bcrypt(text, cost, version);
    }

    @Override
    public boolean matches(byte[] password) {
      // Bcrypt reads no more than 72 bytes; those who hashed the password cut it off there too.
      return BCrypt.verifyer(version, LongPasswordStrategies.truncate(version))
          .verify(password, hash.getBytes(StandardCharsets.US_ASCII))
          .verified;
    }

    @Override
    public int work() {
      return 2 + cost;
    }
  }

  /** A thousand rounds of MD5: better than nothing. */
  record Apr1(String hash) implements PasswordHash {
    private static final Pattern FORM =
        Pattern.compile("(\\$apr1\\$[./A-Za-z0-9]{1,8})\\$[./A-Za-z0-9]{22}");

    static Apr1 read(String text) {
      if (!FORM.matcher(text).matches()) {
        throw new IllegalArgumentException("no apr1 hash (expected: bcrypt)");
      }
      return new Apr1(text);
    }

    @Override
    public boolean matches(byte[] password) {
      String salt = hash.substring(0, hash.lastIndexOf('$'));
      String computed = Md5Crypt.apr1Crypt(password.clone(), salt);
      return MessageDigest.isEqual(
          computed.getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public int work() {
      return 2;
    }
  }

  /** SHA-1 without salt: hardly better than the password. */
  record Sha(String digest) implements PasswordHash {
    /** The hash of no password that anybody knows. */
    static final Sha NOBODYS = new Sha("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");

    private static final int LENGTH = 20;

    static Sha read(String text) {
      try {
        String digest = text.substring("{SHA}".length());
        if (Base64.getDecoder().decode(digest).length == LENGTH) {
          return new Sha(digest);
        }
      } catch (IllegalArgumentException e) {
        // Said below, without the text.
      }
      throw new IllegalArgumentException("no SHA hash (expected: bcrypt)");
    }

    @Override
    public boolean matches(byte[] password) {
      return MessageDigest.isEqual(DigestUtils.sha1(password), Base64.getDecoder().decode(digest));
    }

    @Override
    public int work() {
      return 1;
    }
  }
}
