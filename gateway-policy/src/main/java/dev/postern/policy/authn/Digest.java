package dev.postern.policy.authn;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The SHA-256 of a credential, by which it is found without comparing its text. */
final class Digest {
  private static final String PREFIX = "sha256:";

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns the digest of the UTF-8 bytes of a text. */
  static Digest of(String text) {
    return new Digest(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Reads {@code sha256:} and 64 hexadecimal digits.
   *
   * @throws IllegalArgumentException if the text is anything else; it does not hold the text
   */
  static Digest parse(String field, String text) {
    if (text.length() == PREFIX.length() + 64 && text.startsWith(PREFIX)) {
      try {
        return new Digest(HexFormat.of().parseHex(text, PREFIX.length(), text.length()));
      } catch (IllegalArgumentException e) {
        // Said below, without the text.
      }
    }
    throw new IllegalArgumentException(
        field + ": not a digest (expected: sha256: and 64 hexadecimal digits)");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java has SHA-256
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest digest && MessageDigest.isEqual(bytes, digest.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return PREFIX + HexFormat.of().formatHex(bytes);
  }
}
