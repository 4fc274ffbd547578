package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies into memory before they go on. Event streams are never held.
 *
 * @param request what to do with request bodies, or null for nothing
 * @param response what to do with response bodies, or null for nothing
 */
public record Buffer(@Nullable Limit request, @Nullable Limit response)
    implements InterceptingPolicy {
  /** What happens with a body over its limit. */
  public enum FailureMode {
    /** A request is refused with 413, a response replaced by 502. */
    FAIL_CLOSED,
    /** What was read goes on, and the rest is streamed. */
    FAIL_OPEN
  }

  /**
   * A limit and what happens over it.
   *
   * @param maxBytes the most bytes to hold, or null for {@code frontendPolicies.http.maxBufferSize}
   * @param failureMode what happens with a larger body; {@code failClosed} by default
   */
  public record Limit(@Nullable Long maxBytes, FailureMode failureMode) {
    /** Sets the defaults and checks the values. */
    public Limit {
      failureMode = Checks.orElse(failureMode, FailureMode.FAIL_CLOSED);
      if (maxBytes != null && maxBytes < 0) {
        throw new IllegalArgumentException(
            "maxBytes: " + maxBytes + " (expected: zero or more bytes)");
      }
    }
  }

  @Override
  public String kind() {
    return "buffer";
  }

  @Override
  public Place runsAt(Place attached) {
    return Place.ROUTE;
  }

  @Override
  public Phase phase(Place place) {
    return Phase.BUFFER;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    Buffers buffers = context.buffers();
    return (exchange, incoming, next) -> {
      GatewayRequest held = incoming;
      if (request != null) {
        Body body = hold(buffers, exchange, incoming.body(), request);
        if (body == null) {
          incoming.body().discard();
          exchange.record().reason(Reason.INVALID_REQUEST, "the request body is over the limit");
          return GatewayResponse.of(413);
        }
        held = incoming.withBody(body);
      }
      GatewayResponse outgoing = next.proceed(exchange, held);
      if (response == null || outgoing.upgrade() != null || isEventStream(outgoing)) {
        return outgoing;
      }
      Body body = hold(buffers, exchange, outgoing.body(), response);
      if (body == null) {
        outgoing.close();
        exchange.record().reason(Reason.UPSTREAM_FAILURE, "the response body is over the limit");
        return GatewayResponse.of(502).withHeader("cache-control", "no-store");
      }
      return outgoing.withBody(body);
    };
  }

  private static @Nullable Body hold(Buffers buffers, Exchange exchange, Body body, Limit limit)
      throws IOException {
    long most = limit.maxBytes() == null ? buffers.limit() : limit.maxBytes();
    Body held = buffers.keep(exchange, body, most);
    boolean fits = held.replayable() && held.length() <= most;
    return fits || limit.failureMode() == FailureMode.FAIL_OPEN ? held : null;
  }

  private static boolean isEventStream(GatewayResponse response) {
    String type = response.header("content-type");
    return type != null && type.startsWith("text/event-stream");
  }
}
