package dev.postern.llm.select;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When and for how long a failing target gets no calls. With neither rule, one failure evicts.
 *
 * @param duration the time by default, or null for three seconds
 * @param consecutiveFailures failures in a row that evict, or null for no such rule
 * @param healthThreshold the health below which the target is evicted, or null for no such rule
 * @param restoreHealth the health a target returns with
 * @param maxDuration the longest time
 */
public record EvictionRules(
    @Nullable Duration duration,
    @Nullable Integer consecutiveFailures,
    @Nullable Double healthThreshold,
    double restoreHealth,
    Duration maxDuration) {
  /** Each failure evicts, for as long as the provider asks or three seconds. */
  public static final EvictionRules DEFAULT =
      new EvictionRules(null, null, null, 0.5, Duration.ofMinutes(5));

  private static final Duration DEFAULT_DURATION = Duration.ofSeconds(3);

  boolean evicts(int failuresInRow, double health) {
    if (consecutiveFailures == null && healthThreshold == null) {
      return true;
    }
    return (consecutiveFailures != null && failuresInRow >= consecutiveFailures)
        || (healthThreshold != null && health < healthThreshold);
  }

  /**
   * Returns the time out in nanoseconds: what the provider said, or its default, times evictions.
   */
  long nanos(long saidNanos, int evictions) {
    long base = saidNanos;
    if (base < 0) {
      base = (duration == null ? DEFAULT_DURATION : duration).toNanos();
    }
    long max = maxDuration.toNanos();
    return base >= max / evictions ? max : base * evictions;
  }
}
