package dev.postern.core.exchange;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;

/**
 * Writes an error in the format of one client protocol.
 *
 * <p>A backend brings its own, so that every refusal on its routes, by whichever policy, reaches
 * the client in the form its SDK understands. Safe for concurrent use.
 */
@FunctionalInterface
public interface ErrorRenderer {
  /** Text or JSON as {@link PlainErrors} says, and gRPC's own form for gRPC requests. */
  ErrorRenderer PLAIN = new PlainErrorRenderer();

  /** Returns the response for {@code error}, without the headers the error carries itself. */
  GatewayResponse render(GatewayException error, Exchange exchange, GatewayRequest request);
}
