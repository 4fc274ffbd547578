package dev.postern.core.exchange;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;

/**
 * The behaviour of one policy: what happens before and after the rest of the way.
 *
 * <p>An implementation goes on with {@link Chain#proceed}, answers by returning a response of its
 * own, or refuses by throwing a {@link GatewayException}. What is outside sees a refusal as an
 * ordinary response. Any other exception becomes a 500. Blocking is fine. Safe for concurrent use.
 */
@FunctionalInterface
public interface Interceptor {
  /**
   * Handles one request on its way in and its response on its way out.
   *
   * @param next what is left to run
   * @throws GatewayException if the request is refused
   * @throws IOException if reading or writing fails
   */
  GatewayResponse intercept(Exchange exchange, GatewayRequest request, Chain next)
      throws IOException;
}
