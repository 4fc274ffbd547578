package dev.postern.core;

import static dev.postern.core.ShapeFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.StateType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReloadShapeTest {
  private static final List<String> LOG = new CopyOnWriteArrayList<>();

  /** Counts requests, scaled by its capacity. */
  record Counting(String name, int capacity) implements InterceptingPolicy {
    private static final StateType<Integer, AtomicInteger> COUNT =
        new StateType<>() {
          @Override
          public AtomicInteger create(Integer capacity, GatewayContext context) {
            return new AtomicInteger();
          }

          @Override
          public void adapt(AtomicInteger count, Integer before, Integer now) {
            count.set(count.get() * now / before);
          }

          @Override
          public void close(AtomicInteger count) {
            LOG.add("closed at " + count);
          }
        };

    @Override
    public String kind() {
      return "counting";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.LOCAL_RATE_LIMIT;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      AtomicInteger count = context.state(COUNT, name, capacity);
      return (exchange, request, next) ->
          next.proceed(exchange, request)
              .withHeader("x-count", Integer.toString(count.incrementAndGet()));
    }
  }

  private static GatewayConfig config(Counting counting, String answer) {
    return ShapeFixtures.gateway()
        .route(
            "toy",
            route ->
                route
                    .policy(counting)
                    .backend(
                        HandlerBackend.of(
                            "toy", (exchange, request) -> GatewayResponse.text(200, answer))))
        .toConfig();
  }

  private static Gateway start(GatewayConfig config) {
    LOG.clear();
    return ShapeFixtures.gateway().config(config).build();
  }

  private static String count(Gateway gateway) {
    return gateway.handle(GatewayRequest.get("/").build()).header("x-count");
  }

  @Test
  void stateSurvivesAReloadThatKeepsIt() throws Exception {
    Gateway gateway = start(config(new Counting("a", 10), "one"));
    count(gateway);
    count(gateway);

    ReloadResult result = gateway.reload(config(new Counting("a", 10), "two"));

    assertThat(result.status()).isEqualTo(ReloadResult.Status.APPLIED);
    assertThat(text(gateway.handle(GatewayRequest.get("/").build()))).isEqualTo("two");
    assertThat(count(gateway)).isEqualTo("4");
    assertThat(LOG).isEmpty();
  }

  @Test
  void stateRescalesWhenItsDefinitionChanges() {
    Gateway gateway = start(config(new Counting("a", 10), "one"));
    count(gateway);
    count(gateway);

    gateway.reload(config(new Counting("a", 100), "one"));

    assertThat(count(gateway)).isEqualTo("21");
  }

  @Test
  void stateIsDroppedWhenItsLastUserGoes() throws Exception {
    Gateway gateway = start(config(new Counting("a", 10), "one"));
    count(gateway);

    gateway.reload(config(new Counting("b", 10), "one"));

    assertThat(LOG).containsExactly("closed at 1");
    assertThat(count(gateway)).isEqualTo("1");
    gateway.close();
    assertThat(LOG).containsExactly("closed at 1", "closed at 1");
  }

  @Test
  void requestInFlightEndsOnTheConfigurationItBeganWith() throws Exception {
    ShapeFixtures.Pieces pieces = new ShapeFixtures.Pieces(null, "old", " answer");
    GatewayConfig old =
        ShapeFixtures.gateway()
            .route(
                "toy",
                route ->
                    route
                        .policy(new Counting("a", 10))
                        .backend(
                            HandlerBackend.of(
                                "toy",
                                (exchange, request) ->
                                    GatewayResponse.of(200, Headers.EMPTY, Body.of(pieces)))))
            .toConfig();
    Gateway gateway = start(old);
    GatewayResponse inFlight = gateway.handle(GatewayRequest.get("/").build());

    gateway.reload(config(new Counting("b", 10), "new"));

    assertThat(LOG).isEmpty();
    assertThat(text(inFlight)).isEqualTo("old answer");
    assertThat(LOG).containsExactly("closed at 1");
  }

  @Test
  void configurationThatIsWrongChangesNothingAndSaysAllThatIsWrong() {
    Gateway gateway = start(config(new Counting("a", 10), "one"));
    count(gateway);
    GatewayConfig wrong =
        config(new Counting("a", 1000), "two").toBuilder()
            .route("lost", route -> route.gateways("nowhere"))
            .route("dangling", route -> route.backend(new BackendReference("missing")))
            .build();

    ReloadResult result = gateway.reload(wrong);

    assertThat(result.status()).isEqualTo(ReloadResult.Status.REJECTED);
    assertThat(result.problems())
        .extracting(Object::toString)
        .containsExactly(
            "routes.lost.gateways: unknown gateway reference nowhere",
            "routes.dangling.backends[0]: unknown backend missing");
    assertThat(count(gateway)).isEqualTo("2");
  }

  @Test
  void equalConfigurationIsNoReload() {
    GatewayConfig config = config(new Counting("a", 10), "one");
    Gateway gateway = start(config);

    assertThat(gateway.reload(config).status()).isEqualTo(ReloadResult.Status.UNCHANGED);
  }

  @Test
  void backendsThatReferToOneAnotherInACircleAreRefused() {
    GatewayConfig circle =
        ShapeFixtures.gateway()
            .backend("a", new BackendReference("b"))
            .backend("b", new BackendReference("a"))
            .route("toy", route -> route.backend(new BackendReference("a")))
            .toConfig();

    org.assertj.core.api.Assertions.assertThatThrownBy(() -> start(circle))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage("routes.toy.backends[0]: backends refer to one another in a circle: a > b > a");
  }
}
