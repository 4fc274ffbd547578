package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.text.Secret;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostBackendTest {
  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws Exception {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String address() {
    return "127.0.0.1:" + server.getPort();
  }

  @Test
  void requestReachesTheHostAndItsAnswerComesBack() throws Exception {
    server.enqueue(
        new MockResponse.Builder().code(201).addHeader("X-Made", "yes").body("made").build());
    try (Gateway gateway =
        Gateway.builder().route("r", route -> route.backend(HostBackend.of(address()))).build()) {
      GatewayResponse response =
          gateway.handle(
              GatewayRequest.post("/things?x=1", Body.of("thing"))
                  .header("Connection", "X-Hop")
                  .header("X-Hop", "1")
                  .build());

      assertThat(response.status()).isEqualTo(201);
      assertThat(response.header("x-made")).isEqualTo("yes");
      assertThat(ShapeFixtures.text(response)).isEqualTo("made");
    }
    RecordedRequest seen = server.takeRequest();
    assertThat(seen.getTarget()).isEqualTo("/things?x=1");
    assertThat(seen.getBody().utf8()).isEqualTo("thing");
    assertThat(seen.getHeaders().get("host")).isEqualTo(address());
    assertThat(seen.getHeaders().get("x-hop")).isNull();
  }

  @Test
  void deadHostIsPassedOverForALivingOne() throws Exception {
    int dead;
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      dead = socket.getLocalPort();
    }
    for (int i = 0; i < 20; i++) {
      server.enqueue(new MockResponse.Builder().body("alive").build());
    }
    try (Gateway gateway =
        Gateway.builder()
            .route(
                "r",
                route ->
                    route
                        .policy(Retry.builder().attempts(1).build())
                        .backend(HostBackend.of("127.0.0.1:" + dead, address())))
            .build()) {
      for (int i = 0; i < 20; i++) {
        GatewayResponse response = gateway.handle(GatewayRequest.post("/", Body.of("x")).build());
        assertThat(ShapeFixtures.text(response)).isEqualTo("alive");
      }
    }
  }

  @Test
  void unreachableHostIs503() throws Exception {
    int dead;
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      dead = socket.getLocalPort();
    }
    try (Gateway gateway =
        Gateway.builder()
            .route("r", route -> route.backend(HostBackend.of("127.0.0.1:" + dead)))
            .build()) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

      assertThat(response.status()).isEqualTo(503);
      assertThat(ShapeFixtures.text(response)).isEqualTo("upstream call failed");
    }
  }

  @Test
  void credentialReplacesTheClientsOwn() throws Exception {
    server.enqueue(new MockResponse.Builder().build());
    try (Gateway gateway =
        Gateway.builder()
            .route(
                "r",
                route ->
                    route
                        .policy(BackendAuth.key(Secret.of("real")))
                        .backend(HostBackend.of(address())))
            .build()) {
      gateway.handle(GatewayRequest.get("/").header("Authorization", "Bearer clients-own").build());
    }
    assertThat(server.takeRequest().getHeaders().values("authorization"))
        .containsExactly("Bearer real");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, the port is missing",
    "'http://h/path', only a host and a port may stand here",
    "'h:0', the port is not a number from 1 to 65535",
    "'unix:/run/x', unix sockets are not supported yet",
    "'::1:80', an IPv6 address stands in brackets"
  })
  void hostThatCannotBeReadIsRefusedWithWhatWasExpected(String host, String why) {
    assertThatThrownBy(() -> HostBackend.of(host))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(host + ": " + why + " (expected: host:port, http://host or https://host)");
  }
}
