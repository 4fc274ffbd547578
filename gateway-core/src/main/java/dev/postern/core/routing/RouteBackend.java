package dev.postern.core.routing;

import static java.util.Objects.requireNonNull;

import dev.postern.core.spi.Backend;
import dev.postern.core.spi.PolicySet;

/**
 * One of the backends a route spreads its requests over.
 *
 * @param weight its share among the weights of all; 0 gets nothing, 1 is the default
 * @param backend what serves the requests
 * @param policies what holds for it on this route only
 */
public record RouteBackend(int weight, Backend backend, PolicySet policies) {
  /** The weight of a backend that is given none. */
  public static final int DEFAULT_WEIGHT = 1;

  /** Checks the values. */
  public RouteBackend {
    requireNonNull(backend, "backend");
    requireNonNull(policies, "policies");
    if (weight < 0) {
      throw new IllegalArgumentException("weight: " + weight + " (expected: 0 or more)");
    }
  }

  /** Returns a backend of weight 1 without policies of its own. */
  public static RouteBackend of(Backend backend) {
    return new RouteBackend(DEFAULT_WEIGHT, backend, PolicySet.EMPTY);
  }
}
