package dev.postern.llm;

import dev.postern.core.Retry;
import dev.postern.core.RetryRules;
import dev.postern.core.spi.BackendContext;
import dev.postern.llm.select.AttemptRules;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Reads from the policies how often a call is tried. */
final class Attempts {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(25);
  private static final int MAX_DOUBLINGS = 10;

  private Attempts() {}

  static AttemptRules of(BackendContext context) {
    RetryRules policies = RetryRules.of(context);
    Retry retry = policies.retry();
    RandomGenerator random = context.random();
    Retry.Backoff backoff = retry == null ? null : retry.backoff();
    return new AttemptRules(
        retry == null ? -1 : retry.attempts(), policies, number -> pause(backoff, number, random));
  }

  private static Duration pause(
      Retry.@Nullable Backoff backoff, int number, RandomGenerator random) {
    Duration base = backoff == null ? FIRST_PAUSE : backoff.base();
    Duration doubled = base.multipliedBy(1L << Math.min(number - 1, MAX_DOUBLINGS));
    Duration most =
        backoff != null && doubled.compareTo(backoff.max()) > 0 ? backoff.max() : doubled;
    boolean jitter = backoff == null || backoff.jitter();
    return jitter && !most.isZero() ? Duration.ofNanos(random.nextLong(most.toNanos() + 1)) : most;
  }
}
