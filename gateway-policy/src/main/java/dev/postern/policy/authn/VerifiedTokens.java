package dev.postern.policy.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that were verified lately, by their digest, so that the next request with one needs no
 * signature checked. A token that was refused is not remembered.
 */
final class VerifiedTokens {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final int MOST = 8192;

  /** What a token counts at least, and the most of all together: few large ones, or many small. */
  private static final int LEAST_WEIGHT = 2048;

  private final Cache<Digest, Entry> entries =
      Caffeine.newBuilder()
          .maximumWeight((long) MOST * LEAST_WEIGHT)
          .weigher((Digest digest, Entry entry) -> Math.max(entry.length(), LEAST_WEIGHT))
          .executor(Runnable::run)
          .build();

  /**
   * A token that was verified.
   *
   * @param issuer who made it
   * @param keys with which it was verified
   * @param claims what it says
   * @param at when it was verified
   * @param length of the token
   */
  record Entry(JwtVerifier.Issuer issuer, KeySet keys, JsonObject claims, Instant at, int length) {
    /** Returns whether the token would be accepted now as it was then. */
    boolean usable(Exchange exchange, Instant now) {
      return !now.isBefore(at)
          && now.isBefore(at.plus(LONGEST))
          && keys.equals(issuer.source().keys(exchange))
          && issuer.rules().checkTimes(claims, now) == null;
    }
  }

  @Nullable Entry find(Digest digest) {
    return entries.getIfPresent(digest);
  }

  void put(Digest digest, Entry entry) {
    entries.put(digest, entry);
  }
}
