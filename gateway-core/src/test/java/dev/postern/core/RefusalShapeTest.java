package dev.postern.core;

import static dev.postern.core.ShapeFixtures.gateway;
import static dev.postern.core.ShapeFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.ShapeFixtures.ToyPolicy;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Phase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalShapeTest {
  private static final Handler OK = (exchange, request) -> GatewayResponse.text(200, "ok");
  private final List<String> seen = new ArrayList<>();

  private ToyPolicy layer(String name, Phase phase, boolean refuses) {
    return new ToyPolicy(
        name,
        phase,
        (exchange, request, next) -> {
          if (refuses) {
            throw Reason.AUTHORIZATION.exception("no " + name);
          }
          GatewayResponse response = next.proceed(exchange, request);
          seen.add(name + " saw " + response.status() + " " + response.header("content-type"));
          return response.withHeader("x-" + name, "passed");
        });
  }

  @ParameterizedTest
  @CsvSource({"outer, 0", "middle, 1", "inner, 2"})
  void refusalIsSeenByThoseOutsideAsAResponseInTheBackendsForm(String refusing, int outside)
      throws Exception {
    Gateway gateway =
        gateway(
                OK,
                layer("inner", Phase.CSRF, refusing.equals("inner")),
                layer("outer", Phase.CORS, refusing.equals("outer")),
                layer("middle", Phase.API_KEY, refusing.equals("middle")))
            .build();

    GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

    assertThat(response.status()).isEqualTo(403);
    assertThat(text(response)).isEqualTo("toy:Authorization:no " + refusing);
    assertThat(seen).hasSize(outside).allMatch(line -> line.endsWith("saw 403 application/toy"));
    assertThat(response.header("x-outer")).isEqualTo(outside > 0 ? "passed" : null);
    assertThat(response.header("cache-control")).isEqualTo("no-store");
  }

  @Test
  void refusalByTheBackendIsRenderedBeforeItLeavesTheRoute() throws Exception {
    Gateway gateway =
        gateway(
                (exchange, request) -> {
                  throw Reason.NOT_FOUND.exception("nothing here");
                },
                layer("outer", Phase.CORS, false))
            .build();

    GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

    assertThat(text(response)).isEqualTo("toy:NotFound:nothing here");
    assertThat(seen).containsExactly("outer saw 404 application/toy");
  }

  @Test
  void layersRunInTheOrderOfPhasesWhateverOrderTheyWereWrittenIn() throws Exception {
    Gateway gateway =
        gateway(
                OK,
                layer("last", Phase.DIRECT_RESPONSE, false),
                layer("first", Phase.CORS, false),
                layer("second", Phase.AUTHORIZATION, false))
            .build();

    gateway.handle(GatewayRequest.get("/").build());

    assertThat(seen)
        .extracting(line -> line.split(" ")[0])
        .containsExactly("last", "second", "first");
  }

  @Test
  void interceptorThatNeitherProceedsNorRespondsIsNamed() throws Exception {
    Gateway gateway =
        gateway(OK, new ToyPolicy("lazy", Phase.CORS, (exchange, request, next) -> null)).build();

    GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

    assertThat(response.status()).isEqualTo(500);
    assertThat(text(response)).isEqualTo("toy:Internal:internal error");
  }

  @Test
  void unexpectedExceptionTellsTheClientNothing() throws Exception {
    Gateway gateway =
        gateway(
                (exchange, request) -> {
                  throw new IllegalStateException("database db1 is down");
                })
            .build();

    GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

    assertThat(response.status()).isEqualTo(500);
    assertThat(text(response)).isEqualTo("toy:Internal:internal error");
  }

  @Test
  void requestThatNoRouteFitsIsPlainTextUnlessAllRoutesShareAForm() throws Exception {
    Gateway gateway =
        ShapeFixtures.gateway()
            .route(
                "toy",
                route ->
                    route
                        .matches(dev.postern.core.routing.RouteMatch.exact("/toy"))
                        .backend(new HandlerBackend("toy", OK, ShapeFixtures.TOY_ERRORS)))
            .route(
                "plain",
                route ->
                    route
                        .matches(dev.postern.core.routing.RouteMatch.exact("/plain"))
                        .backend(HandlerBackend.of("plain", OK)))
            .build();

    GatewayResponse response = gateway.handle(GatewayRequest.get("/other").build());

    assertThat(response.status()).isEqualTo(404);
    assertThat(text(response)).isEqualTo("route not found");
  }
}
