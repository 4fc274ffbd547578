package dev.postern.policy.external;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Base64;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file as AgentGateway's users write it loads as it is, and answers. */
class ExtAuthzDialectTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  /** An unsigned token that runs out ten minutes later. */
  private static final String TOKEN =
      "e30."
          + Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString("{\"exp\":1893456600}".getBytes(UTF_8))
          + ".x";

  private final Scene scene = new Scene();

  ExtAuthzDialectTest() throws IOException {}

  @BeforeEach
  void load() throws IOException {
    String text;
    try (InputStream in = getClass().getResourceAsStream("extAuthz.yaml")) {
      text = new String(in.readAllBytes(), UTF_8);
    }
    text = text.replace("localhost:4180", scene.serviceAddress());
    text = text.replace("localhost:8080", scene.backendAddress()).replace("port: 3000", "port: 1");
    LoadedConfig loaded = Configs.parse("extAuthz.yaml", text, LoadOptions.DEFAULTS);
    assertThat(loaded.diagnostics()).isEmpty();
    scene.open(Gateway.builder().config(loaded.config()).clock(() -> NOW));
    assertThat(scene.gateway().warnings()).isEmpty();
    scene.answering(ExtAuthzDialectTest::service);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static MockResponse service(RecordedRequest request) {
    MockResponse.Builder answer = new MockResponse.Builder();
    switch (request.getTarget()) {
      case "/token" -> {
        boolean known = request.getBody().utf8().endsWith("subject_token=known");
        answer.code(known ? 200 : 400).body("{\"access_token\":\"" + TOKEN + "\"}");
      }
      case "/session" -> {
        String cookie = request.getHeaders().get("cookie");
        switch (cookie == null ? "" : cookie) {
          case "session=ann" -> answer.addHeader("x-auth-user", "ann");
          case "session=broken" -> answer.code(500);
          default -> answer.code(401);
        }
      }
      default -> answer.body("sign in");
    }
    return answer.build();
  }

  private GatewayResponse send(String target, String name, String value) throws IOException {
    GatewayRequest request =
        GatewayRequest.get(target).authority("app.example").header(name, value).build();
    String bind = scene.gateway().config().expanded().gateways().keySet().iterator().next();
    try (GatewayResponse response =
        scene.gateway().handle(bind, request, Scope.root(Timers.system()))) {
      response.body().readAll(1 << 20);
      return response;
    }
  }

  @Test
  void callersWithASessionPassAndOthersAreSentToSignIn() throws IOException {
    assertThat(send("/a", "cookie", "session=ann").status()).isEqualTo(200);
    assertThat(scene.reached.getFirst().getHeaders().get("x-auth-user")).isEqualTo("ann");
    assertThat(scene.asked.getFirst().getHeaders().get("x-forwarded-host"))
        .isEqualTo("app.example");
    GatewayResponse other = send("/a/b", "x-auth-user", "ann");
    assertThat(other.status()).isEqualTo(302);
    assertThat(other.header("location")).isEqualTo("/login/start?rd=/a/b");
    assertThat(scene.reached).hasSize(1);
    assertThat(send("/a", "cookie", "session=broken").status()).isEqualTo(503);
    assertThat(send("/login/start", "x", "y").status()).isEqualTo(200);
  }

  @Test
  void tokensAreExchangedAndUsedUntilTheyRunOut() throws IOException {
    for (int i = 0; i < 3; i++) {
      assertThat(send("/api/x", "authorization", "Bearer known").status()).isEqualTo(200);
    }
    assertThat(scene.asked).hasSize(1);
    assertThat(scene.asked.getFirst().getMethod()).isEqualTo("POST");
    assertThat(scene.reached)
        .extracting(request -> request.getHeaders().get("authorization"))
        .containsOnly("Bearer " + TOKEN);
    assertThat(scene.asked.getFirst().getHeaders().get("authorization"))
        .isEqualTo("Basic Z2F0ZXdheTpnYXRld2F5LXNlY3JldA==");
    assertThat(send("/api/x", "authorization", "Bearer other").status()).isEqualTo(400);
    assertThat(scene.ended().log.getFirst())
        .contains("\"token.grant\":\"token-exchange\"")
        .doesNotContain("gateway-secret", TOKEN);
  }
}
