package dev.postern.core.upstream;

import dev.postern.core.http.Headers;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When and for how long an endpoint that fails gets no requests.
 *
 * @param evicts whether endpoints are taken out at all; otherwise results only change their score
 * @param duration the base time out, or null for what the server says
 * @param consecutiveFailures unhealthy results in a row that evict, never if not positive; null for
 *     no such rule
 * @param healthThreshold the health, 0 to 1, below which an endpoint is evicted; null for no such
 *     rule
 * @param restoreHealth the health an endpoint returns with, 0 to 1
 * @param maxEjectionPercent the largest share of a group that may be out at a time; one may always
 *     go
 * @param maxDuration the longest time out
 * @param serverFirst whether what the server says in a 429, 503 or 529 comes before {@code
 *     duration}; otherwise it counts in a 429 only, when there is no {@code duration}
 */
public record HealthRules(
    boolean evicts,
    @Nullable Duration duration,
    @Nullable Integer consecutiveFailures,
    @Nullable Double healthThreshold,
    double restoreHealth,
    int maxEjectionPercent,
    Duration maxDuration,
    boolean serverFirst) {
  /** Results change the score and nothing else. */
  public static final HealthRules SCORE_ONLY =
      new HealthRules(false, null, null, null, 0.5, 100, Duration.ofMinutes(5), false);

  private static final Duration LAST_RESORT = Duration.ofSeconds(3);

  /**
   * Returns whether an unhealthy result evicts.
   *
   * @param failuresBefore unhealthy results in a row before this one
   * @param healthBefore the health before this result
   */
  boolean evictsAt(int failuresBefore, double healthBefore) {
    if (!evicts) {
      return false;
    }
    if (consecutiveFailures == null && healthThreshold == null) {
      return true;
    }
    boolean tooMany =
        consecutiveFailures != null
            && consecutiveFailures > 0
            && failuresBefore + 1 >= consecutiveFailures;
    return tooMany || (healthThreshold != null && healthBefore < healthThreshold);
  }

  /**
   * Returns how long the endpoint is out.
   *
   * @param ejectionsBefore how often it was evicted since its last success
   * @param backoff the pause before another attempt, or zero
   * @param now the wall clock's time
   */
  Duration time(HealthResult result, int ejectionsBefore, Duration backoff, Instant now) {
    Duration base = base(result, backoff, now);
    // Bounded before it is multiplied, so that nothing overflows.
    Duration bounded = base.compareTo(maxDuration) < 0 ? base : maxDuration;
    Duration time = bounded.multipliedBy(Math.min(ejectionsBefore, 1_000_000) + 1L);
    return time.compareTo(maxDuration) < 0 ? time : maxDuration;
  }

  private Duration base(HealthResult result, Duration backoff, Instant now) {
    int status = result.status();
    if (duration != null && !serverFirst) {
      return duration;
    }
    boolean asks = status == 429 || (serverFirst && (status == 503 || status == 529));
    Duration asked = asks ? asked(result.headers(), now) : null;
    if (asked != null) {
      return asked;
    }
    if (duration != null) {
      return duration;
    }
    return backoff.isPositive() ? backoff : LAST_RESORT;
  }

  private static @Nullable Duration asked(Headers headers, Instant now) {
    Duration asked = RetryAfter.of(headers, now);
    return asked != null && asked.isPositive() ? asked : null;
  }
}
