package dev.postern.policy.traffic;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;

/**
 * Answers requests of a route without any backend.
 *
 * @param status 200 to 599
 * @param body the content, as plain text; none by default
 */
public record DirectResponse(int status, String body) implements InterceptingPolicy {
  /** Checks the values; an absent body is empty. */
  public DirectResponse {
    body = body == null ? "" : body;
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status: " + status + " (expected: 200..599)");
    }
    if (!body.isEmpty() && (status == 204 || status == 304)) {
      throw new IllegalArgumentException(
          "body: " + body.length() + " characters (expected: none with status " + status + ")");
    }
  }

  @Override
  public String kind() {
    return "directResponse";
  }

  @Override
  public Phase phase(Place place) {
    if (place != Place.ROUTE) {
      throw HeaderChanges.misplaced(kind(), place, "a route");
    }
    return Phase.DIRECT_RESPONSE;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    Body content = Body.of(body);
    Headers headers =
        body.isEmpty() ? Headers.EMPTY : Headers.of("content-type", "text/plain; charset=utf-8");
    return (exchange, request, next) -> {
      request.body().discard();
      exchange.record().reason(Reason.DIRECT_RESPONSE, null);
      return GatewayResponse.of(status, headers, content);
    };
  }
}
