package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.BackendReference;
import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.HandlerBackend;
import dev.postern.core.Listener;
import dev.postern.core.Retry;
import dev.postern.core.TargetedPolicy;
import dev.postern.core.TargetedPolicy.Target;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Of policies of one kind at several levels, the most specific holds, whole. */
class MergeTest {
  /** Where a policy may be written, the most specific last. */
  enum Level {
    GATEWAY,
    LISTENER,
    ROUTE,
    RULE,
    INLINE_ON_ROUTE,
    DETACHED_ON_BACKEND,
    BACKENDS_OWN,
    INLINE_AT_REFERENCE;

    static final Set<Level> OF_ROUTES = EnumSet.range(GATEWAY, INLINE_ON_ROUTE);
  }

  /** Says in the response where it was written. */
  private record Mark(String kind, String label, Place place) implements InterceptingPolicy {
    @Override
    public Place runsAt(Place attached) {
      return place;
    }

    @Override
    public Phase phase(Place place) {
      return Phase.AUTHORIZATION;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      return (exchange, request, next) -> {
        GatewayResponse response = next.proceed(exchange, request);
        return response.withHeaders(
            response.headers().toBuilder().add(kind + "-from", label).build());
      };
    }
  }

  private static final HandlerBackend HELLO =
      HandlerBackend.of("h", (exchange, request) -> GatewayResponse.text(200, "hello"));

  private static GatewayBuilder written(Set<Level> levels, Place runs) {
    GatewayBuilder builder = Gateway.builder();
    Bind bind = Bind.inProcess().listener(new Listener("l", null, null, PolicySet.EMPTY));
    builder.gateway("default", bind);
    builder.backend("b", HELLO, own(levels, Level.BACKENDS_OWN, runs));
    PolicySet inline = PolicySet.of(own(levels, Level.INLINE_AT_REFERENCE, runs));
    builder.route(
        "r",
        route -> {
          route.ruleName("rule").backend(new RouteBackend(1, new BackendReference("b"), inline));
          for (Policy policy : own(levels, Level.INLINE_ON_ROUTE, runs)) {
            route.policy(policy);
          }
        });
    detached(builder, levels, Level.GATEWAY, runs, new Target.Gateway("default", null));
    detached(builder, levels, Level.LISTENER, runs, new Target.Gateway("default", "l"));
    detached(
        builder, levels, Level.ROUTE, runs, new Target.Route("r", Route.DEFAULT_NAMESPACE, null));
    detached(
        builder, levels, Level.RULE, runs, new Target.Route("r", Route.DEFAULT_NAMESPACE, "rule"));
    detached(builder, levels, Level.DETACHED_ON_BACKEND, runs, new Target.Backend("b"));
    return builder;
  }

  private static Policy[] own(Set<Level> levels, Level level, Place runs) {
    return levels.contains(level)
        ? new Policy[] {new Mark("mark", level.name(), runs)}
        : new Policy[0];
  }

  private static void detached(
      GatewayBuilder builder, Set<Level> levels, Level level, Place runs, Target target) {
    if (levels.contains(level)) {
      Place place = target instanceof Target.Backend ? Place.BACKEND : Place.ROUTE;
      builder.policy(
          new TargetedPolicy(level.name(), target, place, new Mark("mark", level.name(), runs)));
    }
  }

  private static Stream<Set<Level>> subsets(Set<Level> of) {
    Level[] all = of.toArray(Level[]::new);
    return IntStream.range(1, 1 << all.length)
        .mapToObj(bits -> {
          Set<Level> some = EnumSet.noneOf(Level.class);
          for (int i = 0; i < all.length; i++) {
            if ((bits & (1 << i)) != 0) {
              some.add(all[i]);
            }
          }
          return some;
        });
  }

  private static Level mostSpecific(Set<Level> levels) {
    return levels.stream().max(Level::compareTo).orElseThrow();
  }

  private static String marks(GatewayBuilder builder) {
    try (Gateway gateway = builder.build();
        GatewayResponse response = gateway.handle(GatewayRequest.get("/").build())) {
      return String.join(",", response.headers().all("mark-from"));
    }
  }

  @Test
  void policyOfARouteIsTheMostSpecificOne() {
    assertThat(subsets(Level.OF_ROUTES))
        .allSatisfy(levels ->
            assertThat(marks(written(levels, Place.ROUTE)))
                .as("%s", levels)
                .isEqualTo(mostSpecific(levels).name()));
  }

  @Test
  void policyOfABackendIsTheMostSpecificOneAndMayComeFromItsRoute() {
    assertThat(subsets(EnumSet.allOf(Level.class)))
        .allSatisfy(levels ->
            assertThat(marks(written(levels, Place.BACKEND)))
                .as("%s", levels)
                .isEqualTo(mostSpecific(levels).name()));
  }

  @Test
  void policiesBeforeAndAfterRoutingBothRun() {
    Mark before = new Mark("mark", "before", Place.GATEWAY);
    Mark after = new Mark("mark", "after", Place.ROUTE);
    GatewayBuilder builder =
        Gateway.builder()
            .gateway("default", Bind.inProcess())
            .policy(
                new TargetedPolicy("p", new Target.Gateway("default", null), Place.GATEWAY, before))
            .route("r", route -> route.policy(after).backend(HELLO));
    assertThat(marks(builder)).isEqualTo("after,before");
  }

  @Test
  void ofOneLevelTheEarlierInTheFileHolds() {
    GatewayBuilder builder =
        Gateway.builder()
            .gateway("default", Bind.inProcess())
            .policy(detached("first"))
            .policy(detached("second"))
            .route("r", route -> route.backend(HELLO));
    assertThat(marks(builder)).isEqualTo("first");
  }

  private static TargetedPolicy detached(String label) {
    return new TargetedPolicy(
        label,
        new Target.Gateway("default", null),
        Place.ROUTE,
        new Mark("mark", label, Place.ROUTE));
  }

  @Test
  void policyReplacesTheInheritedOneWholeAndNotFieldByField() {
    AtomicInteger calls = new AtomicInteger();
    HandlerBackend failing =
        HandlerBackend.of(
            "h",
            (exchange, request) -> {
              calls.incrementAndGet();
              return GatewayResponse.text(503, "no");
            });
    try (Gateway gateway =
        Gateway.builder()
            .gateway("default", Bind.inProcess())
            .policy(
                new TargetedPolicy(
                    "p",
                    new Target.Gateway("default", null),
                    Place.ROUTE,
                    Retry.builder().attempts(5).codes(503).build()))
            .route(
                "own",
                route ->
                    route
                        .matches(RouteMatch.pathPrefix("/own"))
                        .policy(Retry.builder().attempts(2).build())
                        .backend(failing))
            .route("inherits", route -> route.backend(failing))
            .build()) {
      gateway.handle(GatewayRequest.get("/own").build()).close();
      assertThat(calls.getAndSet(0)).isEqualTo(1);
      gateway.handle(GatewayRequest.get("/").build()).close();
      assertThat(calls).hasValue(6);
    }
  }

  @Test
  void policyOfAnotherGatewayRouteOrBackendDoesNotHold() {
    Mark mark = new Mark("mark", "other", Place.ROUTE);
    GatewayBuilder builder =
        Gateway.builder()
            .gateway(
                "default",
                Bind.inProcess().listener(new Listener("l", null, null, PolicySet.EMPTY)))
            .gateway("other", Bind.inProcess())
            .backend("b", HELLO)
            .policy(new TargetedPolicy("1", new Target.Gateway("other", null), Place.ROUTE, mark))
            .policy(
                new TargetedPolicy(
                    "2",
                    new Target.Route("r", Route.DEFAULT_NAMESPACE, "elsewhere"),
                    Place.ROUTE,
                    mark))
            .route("r", route -> route.ruleName("rule").gateways("default").backend(HELLO))
            .route("o", route -> route.gateways("other").backend(new BackendReference("b")));
    assertThat(marks(builder)).isEmpty();
  }
}
