package dev.postern.core.testing;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.spi.Demands;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;

/**
 * A policy whose behaviour is a lambda, for tests. A policy that is to last is a record of its own,
 * which prints and compares.
 *
 * <pre>{@code
 * route.policy(TestPolicy.of("teapot", Phase.AUTHORIZATION, (exchange, request, next) ->
 *     request.path().equals("/coffee")
 *         ? GatewayResponse.of(418, Headers.EMPTY, Body.empty())
 *         : next.proceed(exchange, request)))
 * }</pre>
 *
 * @param kind its name; a place holds one policy of a name
 * @param phase when it runs, wherever it is attached
 * @param behaviour what it does; must be safe for concurrent use
 * @param demands what it needs
 */
public record TestPolicy(String kind, Phase phase, Interceptor behaviour, Demands demands)
    implements InterceptingPolicy {
  /** Checks the parts. */
  public TestPolicy {
    requireNonNull(kind, "kind");
    requireNonNull(phase, "phase");
    requireNonNull(behaviour, "behaviour");
    requireNonNull(demands, "demands");
  }

  /** Returns a policy that does this. */
  public static TestPolicy of(String kind, Phase phase, Interceptor behaviour) {
    return new TestPolicy(kind, phase, behaviour, Demands.NONE);
  }

  /** Returns this policy with what it needs. */
  public TestPolicy demanding(Demands demands) {
    return new TestPolicy(kind, phase, behaviour, demands);
  }

  @Override
  public Phase phase(Place place) {
    return phase;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return behaviour;
  }
}
