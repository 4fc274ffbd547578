package dev.postern.core;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.VariableSource;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One place at which a backend is used, with the policies that hold there. */
final class BackendPlace extends SnapshotContext implements BackendContext {
  private final String name;
  private final PolicySet inline;
  private final PolicySet inherited;
  private final AttemptLoop attempts;

  private BackendPlace(
      SnapshotContext context,
      String name,
      PolicySet inline,
      PolicySet inherited,
      Set<String> within) {
    super(context, Place.BACKEND, "backends." + name, variables(inline), within);
    this.name = name;
    this.inline = inline;
    this.inherited = inherited;
    this.attempts = new AttemptLoop(context.buffers());
  }

  /**
   * Returns the handler of {@code backend} at a place of a route.
   *
   * @param name the name of the place, for backends that have none of their own
   * @param inherited what holds for the route's backends unless they say otherwise
   */
  static Handler handler(
      SnapshotContext context, String name, RouteBackend backend, PolicySet inherited) {
    BackendPlace place =
        new BackendPlace(context, name, backend.policies(), inherited, context.within());
    return backend.backend().handler(place);
  }

  /**
   * Returns the handler of the backend that a policy asks.
   *
   * @param name names the policy, for backends that have no name of their own
   */
  static Handler handler(SnapshotContext context, String name, Backend target, PolicySet policies) {
    return target.handler(
        new BackendPlace(context, name, policies, PolicySet.EMPTY, context.within()));
  }

  /** Returns how errors on the way to {@code backend} are written. */
  static ErrorRenderer errorRenderer(Backend backend, Map<String, NamedBackend> named) {
    return resolved(backend, named).errorRenderer();
  }

  /** Returns what stands behind references; of a circle or a hole, the last reference. */
  private static Backend resolved(Backend backend, Map<String, NamedBackend> named) {
    Set<String> seen = new LinkedHashSet<>();
    Backend resolved = backend;
    while (resolved instanceof BackendReference reference && seen.add(reference.backend())) {
      NamedBackend next = named.get(reference.backend());
      if (next == null) {
        break;
      }
      resolved = next.backend();
    }
    return resolved;
  }

  /** Returns what backends offer to expressions, each source once. */
  static Set<VariableSource> variables(
      List<RouteBackend> backends, Map<String, NamedBackend> named) {
    Set<VariableSource> offered = new LinkedHashSet<>();
    for (RouteBackend backend : backends) {
      offered.addAll(resolved(backend.backend(), named).variables());
    }
    return offered;
  }

  /** Returns whether all of {@code backends} ask the admission of an exchange. */
  static boolean askAdmission(List<RouteBackend> backends, Map<String, NamedBackend> named) {
    return !backends.isEmpty()
        && backends.stream()
            .allMatch(backend -> resolved(backend.backend(), named).asksAdmission());
  }

  /** Returns the most bytes of one body that the backends want to be held. */
  static long bufferLimit(List<RouteBackend> backends, Map<String, NamedBackend> named) {
    return backends.stream()
        .mapToLong(backend -> resolved(backend.backend(), named).bufferLimit())
        .max()
        .orElse(Buffers.DEFAULT_LIMIT);
  }

  private static Set<VariableSource> variables(PolicySet policies) {
    Set<VariableSource> offered = new LinkedHashSet<>();
    policies.all().forEach(policy -> offered.addAll(policy.variables()));
    return offered;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public PolicySet policies() {
    return inline.over(inherited);
  }

  @Override
  public Handler backendPhase(PolicySet policies, Handler target) {
    return Pipeline.backendPhase(policies, this, target);
  }

  @Override
  public GatewayResponse attempt(Exchange exchange, GatewayRequest request, AttemptPlan plan)
      throws IOException {
    return attempts.run(exchange, request, plan);
  }

  @Override
  public Handler backend(String name) {
    NamedBackend target = namedBackend(name);
    Set<String> chain = new LinkedHashSet<>(within());
    if (!chain.add(name)) {
      throw new IllegalArgumentException(
          "backends refer to one another in a circle: " + String.join(" > ", chain) + " > " + name);
    }
    PolicySet policies = inline.over(target.policies());
    return target.backend().handler(new BackendPlace(this, name, policies, inherited, chain));
  }
}
