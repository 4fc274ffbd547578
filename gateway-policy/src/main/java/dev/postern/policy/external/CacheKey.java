package dev.postern.policy.external;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Expression;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The digest of what a decision depends on: credentials are among it, and are not kept. */
final class CacheKey {
  private final byte[] digest;

  private CacheKey(byte[] digest) {
    this.digest = digest;
  }

  /** Returns the key of a request, or null if it has none. */
  static @Nullable CacheKey of(List<Expression> parts, Check check) {
    if (parts.isEmpty()) {
      return null;
    }
    MessageDigest sha256 = sha256();
    for (Expression part : parts) {
      try {
        String value = part.json(check.exchange(), check.request(), null).toString();
        sha256.update(value.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) '\n'); // JSON has none of its own, so that parts cannot run together
      } catch (EvaluationException e) {
        return null; // the engine counts it
      }
    }
    return new CacheKey(sha256.digest());
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
    return other instanceof CacheKey key && Arrays.equals(digest, key.digest);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(digest);
  }
}
