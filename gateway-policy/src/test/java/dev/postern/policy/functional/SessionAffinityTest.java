package dev.postern.policy.functional;

import static dev.postern.policy.functional.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.core.Gateway;
import dev.postern.core.Health;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.Retry;
import dev.postern.core.SessionAffinity;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.Policy;
import dev.postern.policy.functional.Scene.Writing;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of one key and where they go. */
class SessionAffinityTest {
  private static final int USERS = 300;
  private static final SessionAffinity BY_USER = SessionAffinity.by("request.headers['x-user']");

  static Stream<Arguments> ways() {
    return RetryConditionTest.ways();
  }

  private static Scene before(int servers, Policy... policies) throws IOException {
    return new Scene(Writing.JAVA, servers, List.of(), List.of(policies));
  }

  private static GatewayRequest of(int user) {
    return GatewayRequest.get("/").header("x-user", "user-" + user).build();
  }

  /** Returns the server of each user. */
  private static Map<Integer, String> homes(Scene scene) throws IOException {
    Map<Integer, String> homes = new TreeMap<>();
    for (int user = 0; user < USERS; user++) {
      homes.put(user, scene.get(of(user)));
    }
    return homes;
  }

  @ParameterizedTest
  @MethodSource("ways")
  @DisplayName("6.5: requests of one key go to one endpoint")
  void requestsOfOneKeyGoToOneEndpoint(Writing writing, Doorway door) throws IOException {
    try (Scene scene = new Scene(writing, 3, List.of(), List.of(BY_USER))) {
      for (int user = 0; user < 20; user++) {
        String home = scene.send(door, of(user)).body();
        assertThat(scene.send(door, of(user)).body()).isEqualTo(home);
        assertThat(scene.send(Doorway.IN_PROCESS, of(user)).body()).isEqualTo(home);
      }
    }
  }

  @Test
  @DisplayName("6.5: keys are spread over the endpoints")
  void keysAreSpread() throws IOException {
    try (Scene scene = before(3, BY_USER)) {
      Map<String, Long> counts =
          homes(scene).values().stream()
              .collect(Collectors.groupingBy(home -> home, Collectors.counting()));
      assertThat(counts).containsOnlyKeys("200 0", "200 1", "200 2");
      assertThat(counts.values()).allSatisfy(count -> assertThat(count).isGreaterThan(50));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.headers['x-missing']",
        "''",
        "jwt.sub",
        "request.json.number",
        "request.headers.raw()['x-user'].map(name, name)[7]"
      })
  @DisplayName("6.5: without a key that is a text a request is balanced as usual")
  void withoutAKeyRequestsAreBalancedAsUsual(String source) throws IOException {
    try (Scene scene = before(3, SessionAffinity.by(source))) {
      for (int user = 0; user < 20; user++) {
        GatewayRequest request =
            GatewayRequest.post("/", Body.of("{\"number\":" + user + "}"))
                .header("x-user", "user-" + user)
                .build();
        // Of endpoints without failures the first is taken.
        assertThat(scene.get(request)).isEqualTo("200 0");
      }
    }
  }

  @Test
  void theKeyMayComeFromTheBody() throws IOException {
    try (Scene scene = before(3, SessionAffinity.by("request.json.user"))) {
      Map<String, Long> counts =
          Stream.iterate(0, user -> user + 1)
              .limit(60)
              .map(user -> body(scene, user))
              .collect(Collectors.groupingBy(home -> home, Collectors.counting()));
      assertThat(counts).hasSizeGreaterThan(1);
      assertThat(body(scene, 1)).isEqualTo(body(scene, 1));
    }
  }

  private static String body(Scene scene, int user) {
    try {
      return scene.get(
          GatewayRequest.post("/", Body.of("{\"user\":\"user-" + user + "\"}")).build());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("6.5: only the keys of an endpoint that is taken out move")
  void onlyTheKeysOfAnEvictedEndpointMove() throws IOException {
    Health health = new Health(Health.Eviction.afterFailures(1, Duration.ofMinutes(5)));
    try (Scene scene = before(3, BY_USER, health)) {
      Map<Integer, String> before = homes(scene);
      scene.answering(1, text(500, "broken"));
      int victim =
          before.entrySet().stream()
              .filter(home -> home.getValue().equals("200 1"))
              .findFirst()
              .orElseThrow()
              .getKey();
      assertThat(scene.get(of(victim))).isEqualTo("500 broken");
      Map<Integer, String> after = homes(scene);
      before.forEach((user, home) -> {
        if (home.equals("200 1")) {
          assertThat(after.get(user)).isIn("200 0", "200 2");
        } else {
          assertThat(after.get(user)).isEqualTo(home);
        }
      });
      assertThat(after.values()).contains("200 0", "200 2");
    }
  }

  @Test
  @DisplayName("RE-4: a re-try goes to the next endpoint of the key")
  void aRetryGoesToTheNextOfTheKey() throws IOException {
    Retry retry = Retry.builder().attempts(2).codes(500).build();
    Health health = new Health(Health.Eviction.afterFailures(1, Duration.ofMinutes(5)));
    try (Scene retrying = new Scene(Writing.JAVA, 3, List.of(retry), List.of(BY_USER, health))) {
      Map<Integer, String> homes = homes(retrying);
      retrying.answering(0, text(500, "broken"));
      int first = userOf(homes, "200 0");
      // Evicts the first server, so that those of its users go to their second choice at once ...
      String second = retrying.get(of(first));
      assertThat(second).isIn("200 1", "200 2");
      // ... which is where the re-try had gone.
      assertThat(retrying.get(of(first))).isEqualTo(second);
    }
  }

  @Test
  @DisplayName("RE-4: every endpoint is tried once, in the order of the key")
  void everyEndpointIsTriedOnce() throws IOException {
    Retry retry = Retry.builder().attempts(2).codes(500).build();
    try (Scene scene = new Scene(Writing.JAVA, 3, List.of(retry), List.of(BY_USER))) {
      for (int server = 0; server < 3; server++) {
        scene.answering(server, text(500, "broken"));
      }
      assertThat(scene.get(of(7))).isEqualTo("500 broken");
      for (int server = 0; server < 3; server++) {
        assertThat(scene.reached(server)).isEqualTo(1);
      }
    }
  }

  private static int userOf(Map<Integer, String> homes, String home) {
    return homes.entrySet().stream()
        .filter(entry -> entry.getValue().equals(home))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          response.headers.x | response does not exist here: it exists on the way back only
          size(request.path) | gives a number (expected: a text)
          llm.requestModel   | llm does not exist here: it exists in policies of LLM backends, on the way back, and in logs
          """)
  @DisplayName("19.3: what does not exist there, or is no text, is refused with its place")
  void whatDoesNotExistThereIsRefused(String source, String problem) {
    String yaml =
        """
        gateways:
          default:
            port: 8080
        routes:
        - backends:
          - host: localhost:9000
            policies:
              sessionAffinity:
                source: %s
        """
            .formatted(source);
    LoadedConfig loaded = Configs.parse("gateway.yaml", yaml, LoadOptions.DEFAULTS);
    InvalidConfigurationException refused =
        catchThrowableOfType(
            InvalidConfigurationException.class, () -> Gateway.from(loaded.config()));
    assertThat(loaded.locate(refused).diagnostics())
        .singleElement()
        .asString()
        .contains("gateway.yaml:9:17")
        .contains("routes[0].backends[0].policies.sessionAffinity.source: ")
        .contains(problem);
  }
}
