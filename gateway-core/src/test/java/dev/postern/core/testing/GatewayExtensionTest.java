package dev.postern.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GatewayExtensionTest {
  @RegisterExtension
  final GatewayExtension gateway =
      new GatewayExtension(() ->
          Gateway.builder()
              .route(
                  "hello",
                  route ->
                      route.backend(
                          HandlerBackend.of(
                              "hello",
                              (exchange, request) -> GatewayResponse.text(200, "hello")))));

  @Test
  void listensOnALoopbackPort() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + "/")).build();

    assertThat(
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body())
        .isEqualTo("hello");
  }

  @Test
  void answersInProcessToo() throws Exception {
    try (GatewayResponse response = gateway.gateway().handle(GatewayRequest.get("/").build())) {
      assertThat(new String(response.body().readAll(100))).isEqualTo("hello");
    }
  }

  @Test
  void movesConfiguredPortsToFreeOnes() throws Exception {
    GatewayConfig config =
        GatewayConfig.builder()
            .gateway("default", Bind.port(80))
            .gateway("inner", Bind.inProcess())
            .build();

    GatewayConfig moved = FreePorts.of(config);

    assertThat(moved.gateways())
        .containsEntry("default", Bind.port(0).address("127.0.0.1"))
        .containsEntry("inner", Bind.inProcess());
    GatewayExtension extension = new GatewayExtension(() -> Gateway.builder().config(moved));
    extension.beforeEach(null);
    assertThat(extension.gateway().port()).isPositive();
    extension.afterEach(null);
  }
}
