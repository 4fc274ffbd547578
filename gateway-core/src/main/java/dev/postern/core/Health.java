package dev.postern.core;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.Policy;
import dev.postern.core.upstream.HealthRules;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Takes endpoints out of service that keep failing.
 *
 * <p>A failed connection or a timeout counts as unhealthy, and so does a response with a status of
 * 500 or more or a non-zero {@code grpc-status}, unless a condition says what else does. Without
 * {@code eviction} such results only make an endpoint less likely to be chosen.
 *
 * @param unhealthyExpression a condition on request and response: the response is unhealthy if it
 *     holds, and healthy if it does not or has no value. By status when absent
 * @param eviction when and for how long an endpoint gets no requests; never when absent
 */
public record Health(@Nullable ExpressionText unhealthyExpression, @Nullable Eviction eviction)
    implements Policy {
  /** Returns a policy for which responses are unhealthy by their status. */
  public Health(@Nullable Eviction eviction) {
    this(null, eviction);
  }

  /** Returns this policy with a condition for responses that are unhealthy. */
  public Health unhealthyExpression(String unhealthyExpression) {
    return new Health(ExpressionText.parse(unhealthyExpression), eviction);
  }

  @Override
  public String kind() {
    return "health";
  }

  /**
   * Returns the rules in the terms of endpoint sets.
   *
   * @param serverFirst whether what a server says about when to come back goes before {@code
   *     duration}
   */
  public HealthRules rules(boolean serverFirst) {
    return eviction == null
        ? HealthRules.SCORE_ONLY
        : new HealthRules(
            true,
            eviction.duration(),
            eviction.consecutiveFailures(),
            eviction.healthThreshold(),
            eviction.restoreHealth(),
            eviction.maxEjectionPercent(),
            eviction.maxDuration(),
            serverFirst);
  }

  /**
   * When and for how long an endpoint gets no requests. With neither {@code consecutiveFailures}
   * nor {@code healthThreshold}, one unhealthy result evicts.
   *
   * @param duration the base time, multiplied by one more than the times evicted; by default what a
   *     429 response says, else 3 seconds
   * @param consecutiveFailures unhealthy results in a row that evict; null for no such rule
   * @param healthThreshold the health, 0 to 1, below which the endpoint is evicted; null for no
   *     such rule
   * @param restoreHealth the health an endpoint returns with, 0 to 1; 0.5 by default
   * @param maxEjectionPercent the largest share of a group that may be out at a time, 0 to 100; 100
   *     by default; one may always go
   * @param maxDuration the longest time out; 5 minutes by default
   */
  public record Eviction(
      @Nullable Duration duration,
      @Nullable Integer consecutiveFailures,
      @Nullable Double healthThreshold,
      Double restoreHealth,
      Integer maxEjectionPercent,
      Duration maxDuration) {
    /** Sets the defaults and checks the values. */
    public Eviction {
      if (duration != null) {
        Checks.notNegative("duration", duration);
      }
      if (healthThreshold != null) {
        unit("healthThreshold", healthThreshold);
      }
      restoreHealth = unit("restoreHealth", Checks.orElse(restoreHealth, 0.5));
      maxEjectionPercent =
          Checks.range("maxEjectionPercent", Checks.orElse(maxEjectionPercent, 100), 0, 100);
      maxDuration =
          Checks.positive("maxDuration", Checks.orElse(maxDuration, Duration.ofMinutes(5)));
    }

    /** Returns the rule that evicts after {@code failures} unhealthy results in a row. */
    @SuppressWarnings("NullAway") // absent values become defaults in the record
    public static Eviction afterFailures(int failures, Duration duration) {
      return new Eviction(duration, failures, null, null, null, null);
    }

    private static double unit(String name, double value) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException(name + ": " + value + " (expected: 0..1)");
      }
      return value;
    }
  }
}
