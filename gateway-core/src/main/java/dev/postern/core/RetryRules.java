package dev.postern.core;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.AttemptResult;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.upstream.RetryAfter;
import dev.postern.core.upstream.UpstreamException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the timeout, http and retry policies say about attempts, for plans to follow. */
public final class RetryRules {
  private final @Nullable Retry retry;
  private final Duration attemptTimeout;
  private final RandomGenerator random;
  private final InstantSource clock;

  private RetryRules(
      @Nullable Retry retry, Duration attemptTimeout, RandomGenerator random, InstantSource clock) {
    this.retry = retry;
    this.attemptTimeout = attemptTimeout;
    this.random = random;
    this.clock = clock;
  }

  /** Returns the rules that hold for the backend of {@code context}. */
  public static RetryRules of(BackendContext context) {
    return of(context.policies(), context.random(), context.clock());
  }

  static RetryRules of(PolicySet policies, RandomGenerator random, InstantSource clock) {
    Duration timeout = Duration.ZERO;
    Timeout timeouts = policies.find(Timeout.class);
    if (timeouts != null) {
      timeout = timeouts.backendRequestTimeout();
    }
    Http http = policies.find(Http.class);
    if (http != null && http.requestTimeout() != null) {
      timeout = http.requestTimeout();
    }
    Retry retry = policies.find(Retry.class);
    if (retry != null && retry.perTryTimeout() != null) {
      timeout = retry.perTryTimeout();
    }
    return new RetryRules(retry, timeout, random, clock);
  }

  /** Returns the retry policy, or null when there is none. */
  public @Nullable Retry retry() {
    return retry;
  }

  /** Returns how long one attempt may take to its response head; zero for no limit. */
  public Duration attemptTimeout() {
    return attemptTimeout;
  }

  /** Returns how many bytes of a streamed request body may be kept for another attempt. */
  public long replayLimit() {
    return retry == null || retry.attempts() == 0 ? 0 : retry.bufferLimit();
  }

  /**
   * Returns the pause before another attempt, or null when the result stands.
   *
   * @param number the number of the attempt that gave the result, from 1
   * @param method the method of the request
   */
  public @Nullable Duration again(AttemptResult result, int number, String method) {
    if (retry == null || number > retry.attempts() || !retryable(retry, result, method)) {
      return null;
    }
    Duration asked = retry.honorRetryAfter() ? askedFor(result) : null;
    if (asked != null) {
      return asked;
    }
    Retry.Backoff backoff = retry.backoff();
    return backoff == null ? Duration.ZERO : backoff.before(number, random);
  }

  private @Nullable Duration askedFor(AttemptResult result) {
    GatewayResponse response = result.response();
    return response != null && (result.status() == 429 || result.status() == 503)
        ? RetryAfter.of(response.headers(), clock.instant())
        : null;
  }

  /** Returns whether a body that is too large to keep is refused. */
  public boolean refusesLargeBodies() {
    return retry != null && retry.onBufferExceeded() == Retry.OnBufferExceeded.FAIL;
  }

  private static boolean retryable(Retry retry, AttemptResult result, String method) {
    if (result.response() != null) {
      return retry.codes().contains(result.status());
    }
    return switch (result.failure()) {
      case UpstreamException upstream ->
          !upstream.requestSent() || retry.methods().contains(method);
      case GatewayException error ->
          error.reason() == Reason.TIMEOUT && retry.methods().contains(method);
      case null, default -> false;
    };
  }
}
