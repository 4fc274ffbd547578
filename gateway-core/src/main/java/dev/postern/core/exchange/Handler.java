package dev.postern.core.exchange;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;

/**
 * Answers requests: a backend, a route, or the gateway as a whole.
 *
 * <p>Blocks the calling thread until the head of the response is there; its body is pulled
 * afterwards. Safe for concurrent use.
 */
@FunctionalInterface
public interface Handler {
  /**
   * Answers one request.
   *
   * @return the response; the caller reads or closes its body
   * @throws GatewayException if the request is refused or cannot be served
   * @throws IOException if reading or writing fails
   */
  GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException;
}
