package dev.postern.llm.select;

import dev.postern.core.RetryRules;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.GatewayRequest;
import java.time.Duration;
import java.util.function.IntFunction;

/**
 * How often a call is tried.
 *
 * @param retries how many tries may follow the first, or -1 for as many as there are targets, at
 *     most three
 * @param policies which further responses are tried again, and how long one try may take
 * @param pause the pause before a re-try of the same target, by its number from 1
 */
public record AttemptRules(int retries, RetryRules policies, IntFunction<Duration> pause) {
  private static final int MAX_ATTEMPTS = 4;

  /** Returns the rules for one call: these, or some without any re-try. */
  public AttemptRules at(Exchange exchange, GatewayRequest request) {
    RetryRules now = policies.at(exchange, request);
    return now == policies ? this : new AttemptRules(0, now, pause);
  }

  /** Returns the most tries when there are so many targets. */
  int maxAttempts(int targets) {
    return retries >= 0 ? retries + 1 : Math.min(targets, MAX_ATTEMPTS);
  }
}
