package dev.postern.policy.testing;

import dev.postern.core.BackendReference;
import dev.postern.core.Bind;
import dev.postern.core.GatewayConfig;
import dev.postern.core.InvalidBackend;
import dev.postern.core.Listener;
import dev.postern.core.NamedBackend;
import dev.postern.core.TargetedPolicy;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A configuration as tests run it: all its policies, but backends that answer by themselves, and
 * callers that are believed.
 */
final class Rehearsal {
  private Rehearsal() {}

  static GatewayConfig of(GatewayConfig config) {
    GatewayConfig all = config.expanded();
    Map<String, Bind> gateways = new LinkedHashMap<>();
    all.gateways().forEach((name, bind) -> gateways.put(name, bind(bind)));
    return new GatewayConfig(
        all.config(),
        gateways,
        all.routes().stream().map(Rehearsal::route).toList(),
        all.backends().stream().map(Rehearsal::named).toList(),
        all.policies().stream().map(Rehearsal::targeted).toList(),
        all.frontendPolicies(),
        all.sections());
  }

  private static Bind bind(Bind bind) {
    return new Bind(
        bind.port(),
        bind.address(),
        bind.tls(),
        bind.listeners().stream().map(Rehearsal::listener).toList(),
        policies(bind.policies()));
  }

  private static Listener listener(Listener listener) {
    return new Listener(
        listener.name(), listener.hostname(), listener.tls(), policies(listener.policies()));
  }

  private static Route route(Route route) {
    return new Route(
        route.name(),
        route.namespace(),
        route.ruleName(),
        route.gateways(),
        route.hostnames(),
        route.matches(),
        policies(route.policies()),
        route.backends().stream().map(Rehearsal::routeBackend).toList());
  }

  private static RouteBackend routeBackend(RouteBackend backend) {
    return new RouteBackend(
        backend.weight(), standIn(backend.backend()), policies(backend.policies()));
  }

  private static NamedBackend named(NamedBackend backend) {
    return new NamedBackend(
        backend.name(), standIn(backend.backend()), policies(backend.policies()));
  }

  private static TargetedPolicy targeted(TargetedPolicy policy) {
    return new TargetedPolicy(
        policy.name(), policy.target(), policy.place(), GivenCaller.around(policy.policy()));
  }

  /** What is defined elsewhere is replaced there, and what never works does not work here. */
  private static Backend standIn(Backend backend) {
    return backend instanceof BackendReference || backend instanceof InvalidBackend
        ? backend
        : new StandIn(backend);
  }

  private static PolicySet policies(PolicySet policies) {
    PolicySet replaced = PolicySet.EMPTY;
    for (Policy policy : policies.all()) {
      replaced = replaced.plus(GivenCaller.around(policy));
    }
    return replaced;
  }
}
