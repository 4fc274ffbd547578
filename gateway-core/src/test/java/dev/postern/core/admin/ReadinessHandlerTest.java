package dev.postern.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadinessHandlerTest {
  private final Readiness readiness = new Readiness(List.of("config", "listeners"));
  private final ReadinessHandler handler = new ReadinessHandler(readiness);

  @ParameterizedTest
  @ValueSource(strings = {"/healthz/ready", "/healthz", "/readyz"})
  void tellsWhatIsPendingThenReadyThenDraining(String path) throws IOException {
    assertAnswer("GET", path, 500, "not ready, pending: config, listeners");
    readiness.done("config");
    assertAnswer("GET", path, 500, "not ready, pending: listeners");
    readiness.done("listeners");
    readiness.done("listeners");
    assertAnswer("GET", path, 200, "ready\n");
    readiness.drain();
    assertAnswer("GET", path, 500, "draining");
  }

  @Test
  void livesWhateverIsPending() throws IOException {
    assertAnswer("GET", "/healthz/live", 200, "live\n");
    readiness.drain();
    assertAnswer("GET", "/healthz/live", 200, "live\n");
  }

  @Test
  void answersHeadLikeGetWithoutContent() throws IOException {
    GatewayResponse response = answer("HEAD", "/healthz/live");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-length")).isEqualTo("5");
    assertThat(response.body().length()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "get"})
  void refusesOtherMethods(String method) throws IOException {
    assertAnswer(method, "/healthz/ready", 405, "method not allowed");
    assertThat(answer(method, "/healthz/ready").header("allow")).isEqualTo("GET, HEAD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/healthz/", "/healthz/ready/", "/health", "/metrics"})
  void knowsNoOtherPath(String path) throws IOException {
    assertAnswer("GET", path, 404, "not found");
  }

  private void assertAnswer(String method, String path, int status, String body)
      throws IOException {
    GatewayResponse response = answer(method, path);
    assertThat(response.status()).isEqualTo(status);
    assertThat(new String(response.body().readAll(1000), StandardCharsets.UTF_8)).isEqualTo(body);
  }

  private GatewayResponse answer(String method, String path) {
    Exchange exchange = new Exchange(Connection.inProcess(), Scope.root(Timers.system()));
    return handler.handle(
        exchange, GatewayRequest.builder(method, path).body(Body.of("ignored")).build());
  }
}
