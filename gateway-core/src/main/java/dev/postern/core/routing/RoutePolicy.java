package dev.postern.core.routing;

import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;

/** A policy that works on some routes only, and can tell which when a configuration is loaded. */
public interface RoutePolicy extends Policy {
  /**
   * Checks that the policy can work on {@code route}.
   *
   * @param policies what holds on the route together with this policy, inherited ones included
   * @throws IllegalArgumentException if it cannot
   */
  void check(Route route, PolicySet policies);
}
