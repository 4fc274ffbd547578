package dev.postern.llm.select;

import java.time.Duration;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * How often a call is tried.
 *
 * @param retries how many tries may follow the first, or -1 for as many as there are targets, at
 *     most three
 * @param codes further statuses to try again
 * @param attemptTimeout how long one try may take to its response head; zero for no limit
 * @param pause the pause before a re-try of the same target, by its number from 1
 */
public record AttemptRules(
    int retries, Set<Integer> codes, Duration attemptTimeout, IntFunction<Duration> pause) {
  private static final int MAX_ATTEMPTS = 4;

  /** Returns the most tries when there are so many targets. */
  int maxAttempts(int targets) {
    return retries >= 0 ? retries + 1 : Math.min(targets, MAX_ATTEMPTS);
  }
}
