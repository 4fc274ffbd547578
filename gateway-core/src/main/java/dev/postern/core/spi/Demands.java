package dev.postern.core.spi;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * What an intercepting policy needs, said when it is built so that it is seen to for every request.
 *
 * @param requestBody whether the body of requests is in memory when the policy runs; one of more
 *     than the gateway holds is refused with 413
 * @param responseBody whether the body of responses is in memory when {@link Chain#proceed}
 *     returns; one of more than that becomes a 502. Event streams and upgrades stay what they are
 * @param dependency what the policy asks and what may be unreachable, as a name for logs; null for
 *     nothing
 * @param failureMode what happens when the policy fails otherwise than by a {@link
 *     GatewayException}
 */
public record Demands(
    boolean requestBody,
    boolean responseBody,
    @Nullable String dependency,
    FailureMode failureMode) {
  /** Needs nothing; a failure is answered with 500. */
  public static final Demands NONE = new Demands(false, false, null, FailureMode.DENY);

  /** What becomes of a request when the policy fails unexpectedly. */
  public enum FailureMode {
    /** It is answered with 500. */
    DENY,
    /** It goes on as if the policy were not there, which is counted and logged. */
    ALLOW
  }

  /** Checks the parts. */
  public Demands {
    requireNonNull(failureMode, "failureMode");
    if (dependency == null && failureMode == FailureMode.ALLOW) {
      throw new IllegalArgumentException(
          "failureMode: ALLOW (expected: DENY for a policy without a dependency)");
    }
  }

  /** Returns these demands with the body of requests in memory. */
  public Demands withRequestBody() {
    return new Demands(true, responseBody, dependency, failureMode);
  }

  /** Returns these demands with the body of responses in memory. */
  public Demands withResponseBody() {
    return new Demands(requestBody, true, dependency, failureMode);
  }

  /** Returns these demands with something that the policy asks, and what happens without it. */
  public Demands dependingOn(String dependency, FailureMode failureMode) {
    return new Demands(requestBody, responseBody, dependency, failureMode);
  }

  /** Returns the behaviour of {@code policy} with its demands seen to. For the pipeline. */
  public static Interceptor interceptor(InterceptingPolicy policy, GatewayContext context) {
    Demands demands = policy.demands();
    Interceptor interceptor = policy.interceptor(context);
    return demands.equals(NONE)
        ? interceptor
        : new Demanding(policy.kind(), demands, interceptor, context.buffers());
  }

  private record Demanding(String policy, Demands demands, Interceptor interceptor, Buffers buffers)
      implements Interceptor {
    private static final Logger LOG = System.getLogger(Demands.class.getName());

    @Override
    public GatewayResponse intercept(Exchange exchange, GatewayRequest incoming, Chain next)
        throws IOException {
      GatewayRequest request = demands.requestBody ? held(exchange, incoming) : incoming;
      Downstream downstream = new Downstream(next);
      try {
        return interceptor.intercept(exchange, request, downstream);
      } catch (GatewayException refusal) {
        throw refusal;
      } catch (IOException | RuntimeException failure) {
        // What failed further in, or because the client has left, is not the policy's.
        if (demands.dependency == null
            || failure.equals(downstream.failure)
            || exchange.scope().cause() != null) {
          throw failure;
        }
        return failed(exchange, request, downstream, failure);
      }
    }

    private GatewayResponse failed(
        Exchange exchange, GatewayRequest request, Downstream downstream, Exception failure)
        throws IOException {
      String detail = policy + ": " + demands.dependency + " failed";
      LOG.log(Level.WARNING, detail, failure);
      if (demands.failureMode == FailureMode.DENY) {
        throw Reason.INTERNAL.exception("internal error", failure).detail(detail);
      }
      exchange.record().failedOpen(policy);
      GatewayResponse response = downstream.response;
      return response == null ? downstream.next.proceed(exchange, request) : response;
    }

    private GatewayRequest held(Exchange exchange, GatewayRequest request) throws IOException {
      GatewayRequest held = buffers.forExpressions(exchange, request);
      if (!held.body().replayable()) {
        held.body().discard();
        throw Reason.INVALID_REQUEST.exception("payload too large").status(413);
      }
      return held;
    }

    private GatewayResponse held(Exchange exchange, GatewayResponse response) throws IOException {
      if (response.upgrade() != null || isEventStream(response)) {
        return response;
      }
      GatewayResponse held = buffers.forExpressions(exchange, response);
      if (!held.body().replayable()) {
        held.close();
        throw Reason.UPSTREAM_FAILURE.exception("response too large").status(502);
      }
      return held;
    }

    private static boolean isEventStream(GatewayResponse response) {
      String type = response.header("content-type");
      return type != null && type.strip().regionMatches(true, 0, "text/event-stream", 0, 17);
    }

    /** What is further in, and what came of it. */
    private final class Downstream implements Chain {
      private final Chain next;
      private @Nullable Exception failure;
      private @Nullable GatewayResponse response;

      Downstream(Chain next) {
        this.next = next;
      }

      @Override
      public GatewayResponse proceed(Exchange exchange, GatewayRequest request) throws IOException {
        try {
          GatewayResponse answer = next.proceed(exchange, request);
          response = demands.responseBody ? held(exchange, answer) : answer;
          return response;
        } catch (IOException | RuntimeException e) {
          failure = e;
          throw e;
        }
      }
    }
  }
}
