package dev.postern.core;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.AttemptResult;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
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
  private final @Nullable Expression precondition;
  private final @Nullable Expression condition;
  private final Duration attemptTimeout;
  private final RandomGenerator random;
  private final InstantSource clock;

  private RetryRules(
      @Nullable Retry retry,
      @Nullable Expression precondition,
      @Nullable Expression condition,
      Duration attemptTimeout,
      RandomGenerator random,
      InstantSource clock) {
    this.retry = retry;
    this.precondition = precondition;
    this.condition = condition;
    this.attemptTimeout = attemptTimeout;
    this.random = random;
    this.clock = clock;
  }

  /**
   * Returns the rules that hold for the backend of {@code context}.
   *
   * @throws ExpressionException if an expression of the policy cannot be compiled
   */
  public static RetryRules of(BackendContext context) {
    PolicySet policies = context.policies();
    Retry retry = policies.find(Retry.class);
    GatewayContext place = context.part("retry");
    return new RetryRules(
        retry,
        retry == null ? null : compile(place, "precondition", retry.precondition(), Moment.REQUEST),
        retry == null ? null : compile(place, "condition", retry.condition(), Moment.RESPONSE),
        attemptTimeout(policies, retry),
        context.random(),
        context.clock());
  }

  private static Duration attemptTimeout(PolicySet policies, @Nullable Retry retry) {
    if (retry != null && retry.perTryTimeout() != null) {
      return retry.perTryTimeout();
    }
    Http http = policies.find(Http.class);
    if (http != null && http.requestTimeout() != null) {
      return http.requestTimeout();
    }
    Timeout timeouts = policies.find(Timeout.class);
    return timeouts == null ? Duration.ZERO : timeouts.backendRequestTimeout();
  }

  private static @Nullable Expression compile(
      GatewayContext place, String field, @Nullable ExpressionText text, Moment moment) {
    if (text == null) {
      return null;
    }
    try {
      return place.expression(text, moment, Result.BOOLEAN);
    } catch (ExpressionException e) {
      throw e.in("retry." + field);
    }
  }

  /** Returns whether there are conditions. */
  public boolean conditional() {
    return precondition != null || condition != null;
  }

  /** Returns whether a condition looks into the body of requests, which must be in memory then. */
  public boolean readsRequests() {
    return (precondition != null && precondition.needs().requestBody())
        || (condition != null && condition.needs().requestBody());
  }

  /** Returns whether a condition looks into the body of responses, which must be in memory then. */
  public boolean readsResponses() {
    return condition != null && condition.needs().responseBody();
  }

  /** Returns the rules for one request: these, or some without any re-try. */
  public RetryRules at(Exchange exchange, GatewayRequest request) {
    return precondition == null || holds(precondition, exchange, request, null)
        ? this
        : new RetryRules(null, null, null, attemptTimeout, random, clock);
  }

  /** Returns the retry policy, or null when there is none or no re-try for this request. */
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
   * @param request what the attempt started from
   * @param number the number of the attempt that gave the result, from 1
   */
  public @Nullable Duration again(
      Exchange exchange, GatewayRequest request, AttemptResult result, int number) {
    if (retry == null
        || number > retry.attempts()
        || !retryable(retry, exchange, request, result)) {
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

  private boolean retryable(
      Retry retry, Exchange exchange, GatewayRequest request, AttemptResult result) {
    GatewayResponse response = result.response();
    if (response != null) {
      return names(exchange, request, response);
    }
    boolean repeatable = retry.methods().contains(request.method());
    return switch (result.failure()) {
      case UpstreamException upstream -> !upstream.requestSent() || repeatable;
      case GatewayException error -> error.reason() == Reason.TIMEOUT && repeatable;
      case null, default -> false;
    };
  }

  /** Returns whether the policy names this response as one to try again, by code or condition. */
  public boolean names(Exchange exchange, GatewayRequest request, GatewayResponse response) {
    return retry != null
        && (retry.codes().contains(response.status())
            || (condition != null && holds(condition, exchange, request, response)));
  }

  private static boolean holds(
      Expression condition,
      Exchange exchange,
      GatewayRequest request,
      @Nullable GatewayResponse response) {
    try {
      return condition.test(exchange, request, response);
    } catch (EvaluationException e) {
      return false;
    }
  }
}
