package dev.postern.policy.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HostBackend;
import dev.postern.core.http.GatewayRequest;
import dev.postern.policy.external.AuthorizationProtocol.Http;
import dev.postern.policy.external.ExtAuthz.Cache;
import dev.postern.policy.functional.Doorway;
import dev.postern.policy.functional.Doorway.Answer;
import dev.postern.policy.functional.ManualTimers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which answers are used again: counted at the service, on a clock that the test moves. */
class ExtAuthzCacheTest {
  private static final String BY_CALLER = "request.headers['authorization']";
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final Scene scene = new Scene();
  private final ManualTimers timers = new ManualTimers();

  ExtAuthzCacheTest() throws IOException {}

  @AfterEach
  void close() {
    scene.close();
  }

  private void behind(ExtAuthz policy) throws IOException {
    scene.running(Gateway.builder().config(config(policy)).timers(timers).clock(() -> NOW));
  }

  private GatewayConfig config(ExtAuthz policy) {
    return GatewayConfig.builder()
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .route("r", route -> route.policy(policy).backend(HostBackend.of(scene.backendAddress())))
        .build();
  }

  private ExtAuthz kept(String ttl, String... key) {
    return kept(Http.DEFAULT, ttl, key);
  }

  private ExtAuthz kept(Http http, String ttl, String... key) {
    return ExtAuthz.http(scene.service(), http).cache(Cache.of(ttl, key));
  }

  private Answer as(String caller) throws IOException {
    return scene.get("/", "authorization", caller);
  }

  @Test
  @DisplayName("EA-11: what was decided holds with its headers and metadata, for the same key only")
  void decisionsAreUsedAgain() throws IOException {
    scene.answering(200, "x-user", "ann");
    Http http =
        Http.DEFAULT
            .includeResponseHeaders("x-user")
            .metadata("user", "response.headers['x-user']");
    behind(kept(http, "1m", BY_CALLER, "extauthz.user == 'x' || request.path == '/'"));
    as("a");
    as("a");
    assertThat(scene.asked).hasSize(1);
    assertThat(scene.reached)
        .extracting(request -> request.getHeaders().get("x-user"))
        .containsExactly("ann", "ann");
    as("b");
    assertThat(scene.asked).hasSize(2);
  }

  @Test
  void decisionsRunOut() throws IOException {
    behind(kept("1m", BY_CALLER));
    as("a");
    timers.advance(Duration.ofSeconds(54));
    as("a");
    assertThat(scene.asked).hasSize(1);
    timers.advance(Duration.ofSeconds(6));
    as("a");
    assertThat(scene.asked).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void refusalsAreUsedAgainWithTheirContent(int status) throws IOException {
    scene.answering(request ->
        new MockResponse.Builder()
            .code(status)
            .addHeader("www-authenticate", "X")
            .body("no")
            .build());
    behind(kept("1m", BY_CALLER));
    as("a");
    Answer again = as("a");
    assertThat(scene.asked).hasSize(1);
    assertThat(again.status()).isEqualTo(status);
    assertThat(again.body()).isEqualTo("no");
    assertThat(again.header("www-authenticate")).isEqualTo("X");
  }

  @Test
  void redirectsOfRefusalsAreThoseOfEachRequest() throws IOException {
    scene.answering(401);
    behind(kept(Http.DEFAULT.redirect("'/login?rd=' + request.path"), "1m", BY_CALLER));
    assertThat(scene.get("/a", "authorization", "a").header("location")).isEqualTo("/login?rd=/a");
    assertThat(scene.get("/b", "authorization", "a").header("location")).isEqualTo("/login?rd=/b");
    assertThat(scene.asked).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 404, 429, 500})
  void otherAnswersAreNotUsedAgain(int status) throws IOException {
    scene.answering(status);
    behind(kept("1m", BY_CALLER));
    as("a");
    as("a");
    assertThat(scene.asked).hasSize(2);
  }

  @Test
  @DisplayName("12.1: a part of the key that fails keeps the answer from being used again")
  void withoutAKeyEveryRequestIsAskedAbout() throws IOException {
    behind(kept("1m", "'x'", BY_CALLER));
    scene.get("/");
    scene.get("/");
    assertThat(scene.asked).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "duration('60s')                          | 1",
        "response.headers['x-ttl']                | 1",
        "timestamp('2030-01-01T00:01:00Z')        | 1",
        "1893456060                               | 1",
        "extauthz.until - 5                       | 1",
        "timestamp('2029-12-31T00:00:00Z')        | 2",
        "60                                       | 2",
        "0s                                       | 2",
        "'soon'                                   | 2",
        "-5                                       | 2",
        "true                                     | 2",
        "response.headers['x-missing']            | 2"
      })
  @DisplayName("12.1: the time is a duration, or until when; without one the answer is not used")
  void lifetimesAreReadOfTheAnswer(String ttl, int calls) throws IOException {
    scene.answering(200, "x-ttl", "60s", "x-until", "1893456065");
    behind(
        kept(Http.DEFAULT.metadata("until", "int(response.headers['x-until'])"), ttl, BY_CALLER));
    as("a");
    as("a");
    assertThat(scene.asked).hasSize(calls);
  }

  @Test
  @DisplayName("12.1: shortly before the end one request asks again")
  void decisionsAreMadeAgainBeforeTheyRunOut() throws IOException {
    behind(kept("100s", BY_CALLER));
    as("a");
    timers.advance(Duration.ofSeconds(94));
    as("a");
    assertThat(scene.asked).hasSize(1);
    timers.advance(Duration.ofSeconds(1));
    scene.answering(403);
    assertThat(as("a").status()).isEqualTo(403);
    assertThat(scene.asked).hasSize(2);
    assertThat(as("a").status()).isEqualTo(403);
    assertThat(scene.asked).hasSize(2);
  }

  @Test
  void aDecisionStandsIfItCannotBeMadeAgain() throws IOException {
    behind(kept("10s", BY_CALLER));
    as("a");
    scene.answering(500);
    timers.advance(Duration.ofMillis(9_500));
    assertThat(as("a").status()).isEqualTo(200);
    assertThat(scene.asked).hasSize(2);
    timers.advance(Duration.ofMillis(500));
    assertThat(as("a").status()).isEqualTo(403);
  }

  @Test
  @DisplayName("12.1: requests for one key wait for the call that is under way")
  void thereIsOneCallForOneKey() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    scene.answering(request -> {
      arrived.countDown();
      gate.await();
      return new MockResponse.Builder().build();
    });
    behind(kept("1m", BY_CALLER));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      answers.add(callers.submit(() -> as("a")));
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 20; i++) {
        answers.add(callers.submit(() -> as("a")));
      }
      gate.countDown();
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    assertThat(scene.asked).hasSize(1);
  }

  @Test
  void decisionsOutliveReloadsThatDoNotChangeThePolicy() throws IOException {
    ExtAuthz policy = kept("1m", BY_CALLER);
    behind(policy);
    as("a");
    scene.gateway().reload(config(policy));
    as("a");
    assertThat(scene.asked).hasSize(1);
    scene.gateway().reload(config(policy.timeout(Duration.ofSeconds(3))));
    as("a");
    assertThat(scene.asked).hasSize(2);
  }

  @Test
  @DisplayName("24: the number of answers has a limit")
  void thereIsAMostForTheAnswers() throws IOException {
    behind(ExtAuthz.http(scene.service()).cache(Cache.of("1h", BY_CALLER).maxEntries(1)));
    for (int i = 0; i < 10; i++) {
      Doorway.IN_PROCESS.send(
          scene.gateway(),
          GatewayRequest.get("/").authority("g").header("authorization", "c" + i).build());
    }
    int before = scene.asked.size();
    for (int i = 0; i < 10; i++) {
      as("c" + i);
    }
    assertThat(scene.asked.size() - before).isGreaterThanOrEqualTo(9);
  }

  @Test
  void numbersAreChecked() {
    assertThat(Cache.of("1m", "'x'").maxEntries()).isEqualTo(10_000);
    assertThat(Cache.of("1m", "'x'").maxEntries(0).maxEntries()).isEqualTo(10_000);
    assertThatThrownBy(() -> Cache.of("1m", "'x'").maxEntries(-1))
        .hasMessageStartingWith("maxEntries: -1 (expected: at least 1");
  }
}
