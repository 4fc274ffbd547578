package dev.postern.core.exchange;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;

/** What is left to run after an {@link Interceptor}. */
@FunctionalInterface
public interface Chain {
  /**
   * Runs the rest with {@code request}, which may differ from the one the interceptor was given.
   *
   * @throws GatewayException only inside the attempt loop, where failures stay raw; elsewhere a
   *     refusal further in arrives as a response
   * @throws IOException if reading or writing fails
   */
  GatewayResponse proceed(Exchange exchange, GatewayRequest request) throws IOException;
}
