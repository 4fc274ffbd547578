package dev.postern.policy.authn;

import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;

/** Where policies of this package may run. */
final class Places {
  private Places() {}

  /** Returns the phase at gateways and routes. */
  static Phase frontOf(String kind, Place place, Phase phase) {
    if (place == Place.BACKEND) {
      throw new IllegalArgumentException(
          kind + ": cannot run at a backend (expected: a gateway or a route)");
    }
    return phase;
  }
}
