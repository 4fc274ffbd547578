package dev.postern.core.spi;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;

/** What a backend is given at one place it is used. */
public interface BackendContext extends GatewayContext {
  /** Returns the name of the backend in logs and metrics. */
  String name();

  /** Returns the policies that hold for the backend at this place, inherited ones included. */
  PolicySet policies();

  /**
   * Returns {@code target} behind the interceptors of the backend phase. Compose once per endpoint
   * set, provider or replica; failures pass raw, for the attempt loop.
   *
   * @param policies what holds for the target, usually {@link #policies} or what is more specific
   */
  Handler backendPhase(PolicySet policies, Handler target);

  /**
   * Runs attempts of one exchange until one stands.
   *
   * @param plan made for this exchange
   * @return the response of the attempt that stands
   */
  GatewayResponse attempt(Exchange exchange, GatewayRequest request, AttemptPlan plan)
      throws IOException;

  /**
   * Returns the handler of a backend that is defined by name.
   *
   * @throws IllegalArgumentException if there is none, or references run in a circle
   */
  Handler backend(String name);
}
