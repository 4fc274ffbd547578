package dev.postern.core.spi;

import dev.postern.core.exchange.Interceptor;

/** A policy that acts on every request that passes the place it is attached to. */
public interface InterceptingPolicy extends Policy {
  /**
   * Returns where the policy runs when it is attached to {@code attached}: there, by default. A
   * policy that is attached to a route for the sake of its backends returns {@link Place#BACKEND}.
   */
  default Place runsAt(Place attached) {
    return attached;
  }

  /**
   * Returns when the policy runs among those attached to the same place.
   *
   * @throws IllegalArgumentException if the policy cannot run at {@code place}
   */
  Phase phase(Place place);

  /** Returns what the policy needs, and what happens when it fails; nothing by default. */
  default Demands demands() {
    return Demands.NONE;
  }

  /**
   * Makes the behaviour. Called once for each chain the policy becomes part of, when a
   * configuration is loaded; whatever can be checked or compiled is checked and compiled here.
   *
   * @throws IllegalArgumentException if the policy cannot work as described
   */
  Interceptor interceptor(GatewayContext context);
}
