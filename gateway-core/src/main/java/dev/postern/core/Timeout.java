package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits how long requests may take. Zero is no limit.
 *
 * @param requestTimeout the whole request to the head of its response, all attempts and pauses
 *     included; then 504 {@code request timeout}; no limit by default
 * @param backendRequestTimeout one attempt to the head of its response; then 504 {@code upstream
 *     call timeout}, which may be tried again; no limit by default
 * @param streamIdleTimeout how long nothing may move in a response body, either way; then the
 *     stream is cut; null for the backend's own default, five minutes for most
 * @param streamMaxDuration how long a response body may take; then the stream is cut; no limit by
 *     default
 */
public record Timeout(
    Duration requestTimeout,
    Duration backendRequestTimeout,
    @Nullable Duration streamIdleTimeout,
    Duration streamMaxDuration)
    implements InterceptingPolicy {
  /** Sets the defaults and checks the values. */
  public Timeout {
    requestTimeout = checked("requestTimeout", requestTimeout);
    backendRequestTimeout = checked("backendRequestTimeout", backendRequestTimeout);
    streamMaxDuration = checked("streamMaxDuration", streamMaxDuration);
    if (streamIdleTimeout != null) {
      checked("streamIdleTimeout", streamIdleTimeout);
    }
  }

  /** Returns a policy without limits. */
  public static Timeout none() {
    return new Timeout(Duration.ZERO, Duration.ZERO, null, Duration.ZERO);
  }

  /** Returns this policy with another {@code requestTimeout}. */
  public Timeout requestTimeout(Duration requestTimeout) {
    return new Timeout(
        requireNonNull(requestTimeout, "requestTimeout"),
        backendRequestTimeout,
        streamIdleTimeout,
        streamMaxDuration);
  }

  /** Returns this policy with another {@code backendRequestTimeout}. */
  public Timeout backendRequestTimeout(Duration backendRequestTimeout) {
    return new Timeout(
        requestTimeout,
        requireNonNull(backendRequestTimeout, "backendRequestTimeout"),
        streamIdleTimeout,
        streamMaxDuration);
  }

  /** Returns this policy with another {@code streamIdleTimeout}. */
  public Timeout streamIdleTimeout(Duration streamIdleTimeout) {
    return new Timeout(
        requestTimeout,
        backendRequestTimeout,
        requireNonNull(streamIdleTimeout, "streamIdleTimeout"),
        streamMaxDuration);
  }

  /** Returns this policy with another {@code streamMaxDuration}. */
  public Timeout streamMaxDuration(Duration streamMaxDuration) {
    return new Timeout(
        requestTimeout,
        backendRequestTimeout,
        streamIdleTimeout,
        requireNonNull(streamMaxDuration, "streamMaxDuration"));
  }

  /** Returns whether the limit of an attempt can never be reached. */
  boolean attemptsOutlastRequest() {
    return !requestTimeout.isZero() && backendRequestTimeout.compareTo(requestTimeout) > 0;
  }

  @Override
  public String kind() {
    return "timeout";
  }

  @Override
  public Place runsAt(Place attached) {
    return Place.ROUTE;
  }

  @Override
  public Phase phase(Place place) {
    return Phase.TIMEOUT;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return (exchange, request, next) -> {
      if (streamIdleTimeout != null) {
        exchange.streamIdleNanos(streamIdleTimeout.toNanos());
      }
      Scope.Registration deadline = null;
      if (!requestTimeout.isZero()) {
        exchange.deadlineNanos(context.timers().nanoTime() + requestTimeout.toNanos());
        deadline =
            exchange
                .scope()
                .deadline(requestTimeout, () -> Reason.TIMEOUT.exception("request timeout"));
      }
      GatewayResponse response;
      try {
        response = next.proceed(exchange, request);
      } finally {
        if (deadline != null) {
          deadline.close();
        }
      }
      if (deadline != null) {
        checkLate(exchange.scope(), response);
      }
      limitStream(exchange);
      return response;
    };
  }

  /** An answer that was accepted just when the time was over is none: the rest would not come. */
  private static void checkLate(Scope scope, GatewayResponse response) {
    if (scope.cancelled() && !response.body().replayable()) {
      response.close();
      scope.check();
    }
  }

  private void limitStream(Exchange exchange) {
    if (!streamMaxDuration.isZero()) {
      Scope.Registration deadline =
          exchange
              .scope()
              .deadline(
                  streamMaxDuration, () -> Reason.TIMEOUT.exception("stream duration exceeded"));
      exchange.onEnd(outcome -> deadline.close());
    }
  }

  private static Duration checked(String name, @Nullable Duration value) {
    if (value == null) {
      return Duration.ZERO;
    }
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: zero or more)");
    }
    return value;
  }
}
