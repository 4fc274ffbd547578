package dev.postern.core;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.routing.HostTable;
import dev.postern.core.routing.Hostname;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.routing.RoutePolicy;
import dev.postern.core.routing.RouteTable;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a snapshot of a configuration: resolves names, merges policies, composes chains. */
final class SnapshotBuilder {
  private final GatewayConfig config;
  private final SnapshotContext context;
  private final States.Leases leases;
  private final TargetedPolicies targeted;
  private final Map<String, NamedBackend> backends = new LinkedHashMap<>();
  private final Problems problems = new Problems();
  private final Set<String> warnings = new LinkedHashSet<>();

  private SnapshotBuilder(GatewayConfig config, Resources resources, States.Leases leases) {
    this.config = config;
    this.context =
        new SnapshotContext(
                new SnapshotContext.Parts(
                    resources,
                    leases,
                    names(config.policies()),
                    backends,
                    warnings,
                    new LinkedHashSet<>(),
                    new LinkedHashSet<>()),
                ExposedEnvironment.of(config.config().exposeEnv()))
            .bufferLimit(bufferLimit(Buffers.DEFAULT_LIMIT));
    this.leases = leases;
    this.targeted = new TargetedPolicies(config.policies());
  }

  /**
   * Returns the snapshot of {@code written}.
   *
   * @throws InvalidConfigurationException with everything that is wrong
   */
  static Snapshot build(GatewayConfig written, long version, Resources resources) {
    States.Leases leases = resources.states().lease();
    try {
      GatewayConfig config = written.expanded();
      return new SnapshotBuilder(config, resources, leases).build(written, version);
    } catch (RuntimeException e) {
      leases.close();
      throw e;
    }
  }

  /** Returns the names of policies that are attached by name; others may be equal to them. */
  private static IdentityHashMap<Policy, String> names(List<TargetedPolicy> policies) {
    IdentityHashMap<Policy, String> names = new IdentityHashMap<>();
    policies.forEach(policy -> names.putIfAbsent(policy.policy(), "policies." + policy.name()));
    return names;
  }

  /** Returns what the configuration says of one body that is held, or else {@code usual}. */
  private long bufferLimit(long usual) {
    Integer configured = config.frontendPolicies().http().maxBufferSize();
    return configured == null ? usual : configured;
  }

  private Snapshot build(GatewayConfig written, long version) {
    collectBackends();
    Map<String, List<Attached>> attached = attachRoutes();
    Map<String, Snapshot.Entrance> entrances = new LinkedHashMap<>();
    config
        .gateways()
        .forEach((name, bind) -> {
          checkTls("gateways." + name, bind);
          problems.check(
              "gateways." + name, () -> entrances.put(name, entrance(name, bind, attached)));
        });
    TelemetryExpressions told =
        TelemetryExpressions.of(config.frontendPolicies(), context, problems);
    problems.throwIfAny();
    HeadCleaner heads = new HeadCleaner(config.frontendPolicies());
    return new Snapshot(
        written,
        config,
        version,
        heads,
        entrances,
        told,
        context.wanted(),
        List.copyOf(warnings),
        leases);
  }

  private void checkTls(String path, Bind bind) {
    List<Listener> listeners = bind.effectiveListeners();
    for (int i = 0; i < listeners.size(); i++) {
      Listener listener = listeners.get(i);
      ServerTls tls = listener.tls();
      String place = bind.listeners().isEmpty() ? "" : ".listeners[" + i + "]";
      if (tls != null) {
        problems.check(
            path + place + ".tls",
            () -> tls.forName(listener.hostname(), config.frontendPolicies().tls()));
      }
    }
  }

  private void collectBackends() {
    for (NamedBackend backend : config.backends()) {
      PolicySet policies = backend.policies().over(targeted.backend(backend.name()));
      warnOfMerging("backends." + backend.name(), policies);
      NamedBackend effective = new NamedBackend(backend.name(), backend.backend(), policies);
      if (backends.putIfAbsent(backend.name(), effective) != null) {
        problems.add("backends." + backend.name(), "defined twice");
      }
    }
  }

  /** A route on one listener. */
  private record Attached(int index, Route route) {}

  /** Returns the routes of each listener, by {@code gateway/listener}. */
  private Map<String, List<Attached>> attachRoutes() {
    Map<String, List<Attached>> attached = new LinkedHashMap<>();
    for (int i = 0; i < config.routes().size(); i++) {
      Route route = config.routes().get(i);
      String path = "routes." + route.name(i);
      for (String reference : references(route, path)) {
        List<String> listeners = listeners(reference);
        if (listeners.isEmpty()) {
          problems.add(path + ".gateways", "unknown gateway reference " + reference);
        }
        for (String listener : listeners) {
          attached.computeIfAbsent(listener, key -> new ArrayList<>()).add(new Attached(i, route));
        }
      }
    }
    return attached;
  }

  private List<String> references(Route route, String path) {
    if (!route.gateways().isEmpty()) {
      return route.gateways();
    }
    if (config.gateways().containsKey(GatewayConfig.DEFAULT_GATEWAY)) {
      return List.of(GatewayConfig.DEFAULT_GATEWAY);
    }
    problems.add(path, "must set gateways");
    return List.of();
  }

  private List<String> listeners(String reference) {
    int slash = reference.indexOf('/');
    String gateway = slash < 0 ? reference : reference.substring(0, slash);
    Bind bind = config.gateways().get(gateway);
    List<String> found = new ArrayList<>();
    if (bind != null) {
      List<Listener> listeners = bind.effectiveListeners();
      for (int i = 0; i < listeners.size(); i++) {
        String listener = listeners.get(i).name(i);
        if (slash < 0 || listener.equals(reference.substring(slash + 1))) {
          found.add(gateway + "/" + listener);
        }
      }
    }
    return found;
  }

  @SuppressWarnings("ReferenceEquality") // asks whether the table made this one or had another
  private Snapshot.Entrance entrance(
      String gateway, Bind bind, Map<String, List<Attached>> attached) {
    HostTable<Snapshot.Reception> table = new HostTable<>();
    List<Listener> listeners = bind.effectiveListeners();
    for (int i = 0; i < listeners.size(); i++) {
      Listener listener = listeners.get(i);
      String name = listener.name(i);
      String hostname = listener.hostname() == null ? "*" : listener.hostname();
      Snapshot.Reception reception =
          reception(
              gateway, name, listener, attached.getOrDefault(gateway + "/" + name, List.of()));
      if (table.at(Hostname.parse(hostname), () -> reception) != reception) {
        throw new IllegalArgumentException(
            "listener " + name + ": another listener has hostname " + hostname);
      }
    }
    return new Snapshot.Entrance(gateway, bind, table);
  }

  private Snapshot.Reception reception(
      String gateway, String name, Listener listener, List<Attached> routes) {
    PolicySet policies = listener.policies().over(targeted.gateway(gateway, name, Place.GATEWAY));
    warnOfMerging("gateways." + gateway + "/" + name, policies);
    SnapshotContext before =
        context.at(Place.GATEWAY, "gateways." + gateway + "/" + name, policies, List.of());
    PolicySet inherited = targeted.gateway(gateway, name, Place.ROUTE);
    RouteTable.Builder<Destination> table = RouteTable.builder();
    ErrorRenderer renderer = null;
    boolean oneRenderer = true;
    for (Attached attached : routes) {
      Destination destination = destination(attached, inherited, before);
      if (destination == null) {
        continue;
      }
      table.add(attached.index(), attached.route(), destination);
      oneRenderer &= renderer == null || renderer.equals(destination.errorRenderer());
      renderer = destination.errorRenderer();
    }
    RouteTable<Destination> compiled = table.build();
    warnings.addAll(compiled.warnings());
    Handler chain = Pipeline.gatewayPhase(policies, before, routing(compiled));
    return new Snapshot.Reception(
        name,
        chain,
        renderer != null && oneRenderer ? renderer : ErrorRenderer.PLAIN,
        listener.tls());
  }

  /** Where the requests of a route go. */
  private record Destination(
      String route,
      String namespace,
      @Nullable String rule,
      Handler handler,
      ErrorRenderer errorRenderer) {}

  private static Handler routing(RouteTable<Destination> table) {
    return (exchange, request) -> {
      RouteTable.Match<Destination> match = table.find(request);
      if (match == null) {
        throw Reason.NOT_FOUND.exception("route not found");
      }
      Destination destination = match.value();
      exchange.set(RouteMatch.MATCHED, match.match());
      exchange.record().routedBy(destination.route(), destination.rule());
      exchange.record().routeNamespace(destination.namespace());
      exchange.record().pathPattern(match.match().path().pattern());
      exchange.errorRenderer(destination.errorRenderer());
      return destination.handler().handle(exchange, request);
    };
  }

  private @Nullable Destination destination(
      Attached attached, PolicySet inherited, SnapshotContext before) {
    Route route = attached.route();
    String name = route.name(attached.index());
    PolicySet policies =
        route
            .policies()
            .over(targeted.route(name, route.namespace(), route.ruleName()).over(inherited));
    checkOnRoute("routes." + name + ".policies.", route, policies);
    warnOfTimeouts("routes." + name + ".policies.timeout", policies);
    warnOfMerging("routes." + name, policies);
    SnapshotContext here =
        before
            .at(
                Place.ROUTE,
                origin(route, name),
                policies,
                BackendPlace.variables(route.backends(), backends))
            .admitting(BackendPlace.askAdmission(route.backends(), backends))
            .bufferLimit(bufferLimit(BackendPlace.bufferLimit(route.backends(), backends)));
    List<WeightedBackends.Choice> choices = new ArrayList<>();
    PolicySet forBackends = inheritedByBackends(policies);
    for (int i = 0; i < route.backends().size(); i++) {
      RouteBackend backend = route.backends().get(i);
      String path = "routes." + name + ".backends[" + i + "]";
      String place = name + "/" + i;
      checkOnRoute(path + ".policies.", route, backend.policies());
      problems.check(
          path,
          () ->
              choices.add(
                  new WeightedBackends.Choice(
                      backend.weight(), BackendPlace.handler(here, place, backend, forBackends))));
    }
    ErrorRenderer renderer =
        route.backends().isEmpty()
            ? ErrorRenderer.PLAIN
            : BackendPlace.errorRenderer(route.backends().get(0).backend(), backends);
    Destination[] made = new Destination[1];
    problems.check(
        "routes." + name + ".policies",
        () ->
            made[0] =
                new Destination(
                    name,
                    route.namespace(),
                    route.ruleName(),
                    Pipeline.routePhase(
                        policies, here, WeightedBackends.of(choices, context.random())),
                    renderer));
    return made[0];
  }

  private void warnOfTimeouts(String path, PolicySet policies) {
    Timeout timeout = policies.find(Timeout.class);
    if (timeout != null && timeout.attemptsOutlastRequest()) {
      // Once for a route, however many listeners it is attached to.
      warnings.add(
          path
              + ".backendRequestTimeout: "
              + timeout.backendRequestTimeout()
              + " (never reached: requestTimeout is "
              + timeout.requestTimeout()
              + ")");
    }
  }

  private void warnOfMerging(String place, PolicySet policies) {
    policies
        .remarks()
        .forEach((kind, remark) -> warnings.add(place + ".policies." + kind + ": " + remark));
  }

  private static String origin(Route route, String name) {
    String origin = "routes." + route.namespace() + "/" + name;
    return route.ruleName() == null ? origin : origin + "/" + route.ruleName();
  }

  private void checkOnRoute(String path, Route route, PolicySet policies) {
    for (Policy policy : policies.all()) {
      if (policy instanceof RoutePolicy routePolicy) {
        problems.check(path + policy.kind(), () -> routePolicy.check(route, policies));
      }
    }
  }

  /** Returns what a route's backends inherit: settings, and policies that run for backends only. */
  private static PolicySet inheritedByBackends(PolicySet policies) {
    PolicySet inherited = PolicySet.EMPTY;
    for (Policy policy : policies.all()) {
      if (!(policy instanceof InterceptingPolicy intercepting)
          || intercepting.runsAt(Place.ROUTE) == Place.BACKEND
          || policy instanceof Timeout) {
        inherited = inherited.plus(policy);
      }
    }
    return inherited;
  }
}
