package dev.postern.policy.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Compares passwords with their hashes.
 *
 * <p>A password that was right is remembered for a while, by a digest that only this process can
 * compute, because a hash for every request would be too slow. Who does not exist takes as long as
 * who does.
 */
final class BasicAuthVerifier implements AuthenticationInterceptor.Verifier {
  /** The name of the caller. */
  static final AttributeKey<String> USER = AttributeKey.of("basicAuth");

  private static final String FAILURE = "basic authentication failure: ";
  private static final int LONGEST = 4096;
  private static final Duration REMEMBERED = Duration.ofMinutes(5);
  private static final int MOST_REMEMBERED = 10_000;

  private final Followed<UserTable> users;
  private final Hashing hashing;
  private final String challenge;
  private final boolean proxy;
  private final SecretKeySpec secret;
  private final Cache<ByteBuffer, PasswordHash> right;

  private record UserAndPassword(String user, String password) {}

  BasicAuthVerifier(BasicAuth policy, Hashing hashing, Timers timers) {
    this.users = new Followed<>("htpasswd", policy.htpasswd(), UserTable::read);
    this.hashing = hashing;
    this.challenge =
        "Basic realm=\""
            + policy.realm().replace("\\", "\\\\").replace("\"", "\\\"")
            + "\", charset=\"UTF-8\"";
    this.proxy =
        policy.authorizationLocation() instanceof AuthorizationLocation.Header header
            && Headers.equalNames(header.name(), "proxy-authorization");
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.secret = new SecretKeySpec(random, "HmacSHA256");
    this.right =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .ticker(timers::nanoTime)
            .executor(Runnable::run)
            .build();
  }

  @Override
  public void verify(Exchange exchange, String credential) {
    UserAndPassword shown = read(credential);
    if (shown == null) {
      throw refused("malformed credentials");
    }
    UserTable table = users.get();
    PasswordHash hash = table.find(shown.user());
    ByteBuffer digest = digest(credential);
    // A password that was changed is right for another hash.
    if (hash == null || !hash.equals(right.getIfPresent(digest))) {
      PasswordHash compared = hash == null ? table.hardest() : hash;
      boolean matches =
          hashing.matches(exchange, compared, shown.password().getBytes(StandardCharsets.UTF_8));
      if (hash == null || !matches) {
        throw refused("unknown user or wrong password");
      }
      right.put(digest, hash);
    }
    exchange.set(USER, shown.user());
  }

  /** Returns user and password, or null if the text is not what they are written as. */
  private static @Nullable UserAndPassword read(String credential) {
    if (credential.length() > LONGEST) {
      return null;
    }
    String text;
    try {
      byte[] bytes = Base64.getDecoder().decode(credential.getBytes(StandardCharsets.ISO_8859_1));
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
    int colon = text.indexOf(':');
    return colon < 0 || text.indexOf('\0') >= 0
        ? null
        : new UserAndPassword(text.substring(0, colon), text.substring(colon + 1));
  }

  private ByteBuffer digest(String credential) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      return ByteBuffer.wrap(mac.doFinal(credential.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e); // every Java has HmacSHA256
    }
  }

  @Override
  public GatewayException missing() {
    return refusal("no credentials found", "no credentials");
  }

  private GatewayException refused(String detail) {
    return refusal("invalid credentials", detail);
  }

  private GatewayException refusal(String text, String detail) {
    return Reason.BASIC_AUTH
        .exception(FAILURE + text)
        .status(proxy ? 407 : 401)
        .header(proxy ? "proxy-authenticate" : "www-authenticate", challenge)
        .detail("basicAuth: " + detail);
  }
}
