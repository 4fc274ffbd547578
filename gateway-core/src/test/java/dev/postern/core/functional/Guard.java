package dev.postern.core.functional;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;

/** A policy of any kind whose behaviour a test gives. */
record Guard(String kind, Interceptor behaviour) implements InterceptingPolicy {
  @Override
  public Phase phase(Place place) {
    return Phase.AUTHORIZATION;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return behaviour;
  }
}
