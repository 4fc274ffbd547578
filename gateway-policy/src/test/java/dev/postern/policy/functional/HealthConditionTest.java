package dev.postern.policy.functional;

import static dev.postern.policy.functional.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.core.Gateway;
import dev.postern.core.Health;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.http.GatewayRequest;
import dev.postern.policy.functional.Scene.Writing;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions for what counts against an endpoint. */
class HealthConditionTest {
  private static final GatewayRequest GET = GatewayRequest.get("/").build();

  static Stream<Arguments> ways() {
    return RetryConditionTest.ways();
  }

  private static Scene before(Writing writing, String condition) throws IOException {
    Health health =
        new Health(Health.Eviction.afterFailures(1, Duration.ofMinutes(5)))
            .unhealthyExpression(condition);
    return new Scene(writing, 2, List.of(), List.of(health));
  }

  @ParameterizedTest
  @MethodSource("ways")
  @DisplayName("6.3: a response for which the condition holds counts against its endpoint")
  void endpointsAreTakenOutByTheCondition(Writing writing, Doorway door) throws IOException {
    try (Scene scene =
        before(writing, "response.code == 404 && request.headers['x-probe'] == 'yes'")) {
      scene.answering(0, text(404, "gone"));
      GatewayRequest probe = GatewayRequest.get("/").header("x-probe", "no").build();
      assertThat(scene.send(door, probe).status()).isEqualTo(404);
      probe = GatewayRequest.get("/").header("x-probe", "yes").build();
      assertThat(scene.send(door, probe).status()).isEqualTo(404);
      assertThat(scene.send(door, probe).body()).isEqualTo("1");
    }
  }

  @Test
  @DisplayName("6.3: the condition replaces the verdict by status")
  void theStatusCountsNoMore() throws IOException {
    try (Scene scene = before(Writing.JAVA, "response.code == 404")) {
      scene.answering(0, text(500, "broken"));
      scene.get(GET);
      assertThat(scene.get(GET)).isEqualTo("500 broken");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "response.headers['x-missing'] == 'x'",
        "response.headers['x-state']",
        "response.json.broken",
        "jwt.sub == 'ann'"
      })
  @DisplayName("19.6: a condition without a value, or of another type, is healthy")
  void aConditionWithoutAValueIsHealthy(String condition) throws IOException {
    try (Scene scene = before(Writing.JAVA, condition)) {
      scene.answering(0, text(500, "broken", "x-state", "bad"));
      scene.get(GET);
      assertThat(scene.get(GET)).isEqualTo("500 broken");
    }
  }

  @Test
  @DisplayName("6.3: what gives no response counts whatever the condition")
  void failedConnectionsCountWhateverTheCondition() throws IOException {
    try (Scene scene = before(Writing.JAVA, "response.code == 404")) {
      scene.stop(0);
      assertThat(scene.get(GET)).startsWith("503");
      assertThat(scene.get(GET)).isEqualTo("200 1");
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void conditionsMayLookIntoBodies(Writing writing, Doorway door) throws IOException {
    try (Scene scene = before(writing, "response.json.state == 'draining'")) {
      scene.answering(0, text(200, "{\"state\":\"draining\"}"));
      assertThat(scene.send(door, GET).body()).isEqualTo("{\"state\":\"draining\"}");
      assertThat(scene.send(door, GET).body()).isEqualTo("1");
      assertThat(scene.gateway().warnings())
          .singleElement()
          .asString()
          .contains("health")
          .contains("reads the body of responses");
    }
  }

  @Test
  void withoutEvictionTheConditionLowersTheScoreOnly() throws IOException {
    Health health = new Health(null).unhealthyExpression("response.code == 404");
    try (Scene scene = new Scene(Writing.YAML, 1, List.of(), List.of(health))) {
      scene.answering(0, text(404, "gone"));
      for (int i = 0; i < 5; i++) {
        assertThat(scene.get(GET)).isEqualTo("404 gone");
      }
      assertThat(scene.gateway().warnings()).isEmpty();
    }
  }

  @Test
  @DisplayName("19.3: what does not exist there is refused with its place in the file")
  void whatDoesNotExistThereIsRefused() {
    String yaml =
        """
        gateways:
          default:
            port: 8080
        routes:
        - backends:
          - host: localhost:9000
            policies:
              health:
                unhealthyExpression: response.code > 499 || a2a.method == "x"
        """;
    LoadedConfig loaded = Configs.parse("gateway.yaml", yaml, LoadOptions.DEFAULTS);
    InvalidConfigurationException refused =
        catchThrowableOfType(
            InvalidConfigurationException.class, () -> Gateway.from(loaded.config()));
    assertThat(loaded.locate(refused).diagnostics())
        .singleElement()
        .asString()
        .contains("gateway.yaml:9:53")
        .contains("routes[0].backends[0].policies.health.unhealthyExpression: ")
        .contains("a2a does not exist here");
  }
}
