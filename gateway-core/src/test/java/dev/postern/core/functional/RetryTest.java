package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendReference;
import dev.postern.core.HostBackend;
import dev.postern.core.Retry;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.text.Secret;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is tried again, how often, when, and what the client sees of it. */
@Timeout(60)
class RetryTest {
  private static final String OK = ScriptedUpstream.OK;

  private static String answer(int status, String body, String... lines) {
    String more = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
    return "HTTP/1.1 "
        + status
        + " Some\r\n"
        + more
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static GatewayRequest request(String method) {
    return GatewayRequest.builder(method, "/")
        .body(method.equals("GET") ? Body.empty() : Body.of("hello"))
        .build();
  }

  private static Retry.Builder retries(int attempts) {
    return Retry.builder().attempts(attempts);
  }

  /** What an upstream does with its first request; each later one it answers. */
  enum Fault {
    RESET,
    GARBAGE,
    SILENCE,
    STATUS_503,
    STATUS_429,
    CUT_CONTENT;

    ScriptedUpstream upstream() throws Exception {
      return new ScriptedUpstream(connection -> {
        while (connection.readRequest() != null) {
          if (connection.upstream().heads.size() > 1) {
            connection.write(OK);
            continue;
          }
          switch (this) {
            case RESET -> connection.reset();
            case GARBAGE -> connection.write("garbage\r\n\r\n");
            case SILENCE -> connection.awaitEnd();
            case STATUS_503 -> connection.write(answer(503, "first"));
            case STATUS_429 -> connection.write(answer(429, "first", "Retry-After: 0"));
            case CUT_CONTENT -> {
              connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst");
              return;
            }
          }
        }
      });
    }
  }

  static Stream<Arguments> matrix() {
    Retry byDefault = retries(1).build();
    Retry forPost = retries(1).methods("POST").build();
    Retry forCodes = retries(1).codes(503, 429).build();
    Retry never = retries(0).codes(503).build();
    return Stream.of(
        row(Fault.RESET, "GET", byDefault, "200 ok", 2),
        row(Fault.RESET, "PUT", byDefault, "200 ok", 2),
        row(Fault.RESET, "DELETE", byDefault, "200 ok", 2),
        row(Fault.RESET, "POST", byDefault, "503 upstream call failed", 1),
        row(Fault.RESET, "PATCH", byDefault, "503 upstream call failed", 1),
        row(Fault.RESET, "POST", forPost, "200 ok", 2),
        row(Fault.RESET, "GET", forPost, "503 upstream call failed", 1),
        row(Fault.RESET, "POST", forCodes, "503 upstream call failed", 1),
        row(Fault.RESET, "GET", never, "503 upstream call failed", 1),
        row(Fault.GARBAGE, "GET", byDefault, "200 ok", 2),
        row(Fault.GARBAGE, "POST", byDefault, "503 upstream call failed", 1),
        row(Fault.SILENCE, "GET", timed(byDefault), "200 ok", 2),
        row(Fault.SILENCE, "POST", timed(byDefault), "504 upstream call timeout", 1),
        row(Fault.SILENCE, "POST", timed(forPost), "200 ok", 2),
        row(Fault.SILENCE, "GET", timed(never), "504 upstream call timeout", 1),
        row(Fault.STATUS_503, "GET", byDefault, "503 first", 1),
        row(Fault.STATUS_503, "GET", forCodes, "200 ok", 2),
        row(Fault.STATUS_503, "POST", forCodes, "200 ok", 2),
        row(Fault.STATUS_503, "POST", never, "503 first", 1),
        row(Fault.STATUS_429, "POST", forCodes, "200 ok", 2),
        row(Fault.STATUS_429, "POST", byDefault, "429 first", 1),
        row(Fault.CUT_CONTENT, "GET", forCodes, "200 first (cut)", 1));
  }

  private static Retry timed(Retry retry) {
    return retries(retry.attempts())
        .methods(retry.methods().toArray(String[]::new))
        .perTryTimeout(Duration.ofMillis(200))
        .build();
  }

  private static Arguments row(
      Fault fault, String method, Retry retry, String answer, int attempts) {
    String name = fault + " " + method + " " + retry.attempts() + retry.codes() + retry.methods();
    return argumentSet(name, fault, method, retry, answer, attempts);
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void triesAgainWhatTheRulesAllow(
      Fault fault, String method, Retry retry, String answer, int attempts) throws Exception {
    for (Door door : List.of(Door.HTTP_1, Door.IN_PROCESS)) {
      try (ScriptedUpstream upstream = fault.upstream();
          Stage stage = Stage.before(upstream.address(), retry)) {
        assertThat(door.send(stage.gateway, request(method)).text())
            .as("%s", door)
            .isEqualTo(answer);
        assertThat(stage.record().attempts()).as("%s", door).isEqualTo(attempts);
        assertThat(upstream.heads).as("%s", door).hasSize(attempts);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyAttemptCarriesTheWholeRequestAndItsNumber(Door door) throws Exception {
    List<String> requests = new CopyOnWriteArrayList<>();
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              String request = connection.readRequest();
              while (request != null) {
                requests.add(request);
                connection.write(answer(503, "no " + requests.size()));
                request = connection.readRequest();
              }
            });
        Stage stage = Stage.before(upstream.address(), retries(2).codes(503).build())) {
      GatewayRequest request =
          GatewayRequest.post("/", Body.of("hello")).header("x-retry-attempt", "9").build();
      // The last answer is handed out as it is.
      assertThat(door.send(stage.gateway, request).text()).isEqualTo("503 no 3");
      RequestRecord record = stage.record();
      assertThat(record.attempts()).isEqualTo(3);
      assertThat(record.reason().label()).isEqualTo("Upstream");
    }
    assertThat(requests).allSatisfy(request -> assertThat(request).endsWith("\r\n\r\nhello"));
    assertThat(requests.get(0)).doesNotContainIgnoringCase("x-retry-attempt");
    assertThat(requests.get(1)).containsIgnoringCase("x-retry-attempt: 1\r\n");
    assertThat(requests.get(2)).containsIgnoringCase("x-retry-attempt: 2\r\n");
  }

  @ParameterizedTest
  @EnumSource
  void contentBeyondTheLimitIsSentOnceOrRefused(Door door) throws Exception {
    GatewayRequest large =
        GatewayRequest.post("/", Body.of(new OneTimeBody("x".repeat(2000)), 2000)).build();
    Retry.Builder limited = retries(2).codes(503).bufferLimit(1999);
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(answer(503, "first"), OK);
        Stage stage = Stage.before(upstream.address(), limited.build())) {
      assertThat(door.send(stage.gateway, large).text()).isEqualTo("503 first");
      assertThat(stage.record().attempts()).isEqualTo(1);
    }
    GatewayRequest again =
        GatewayRequest.post("/", Body.of(new OneTimeBody("x".repeat(2000)), 2000)).build();
    Retry refusing = limited.onBufferExceeded(Retry.OnBufferExceeded.FAIL).build();
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(OK);
        Stage stage = Stage.before(upstream.address(), refusing)) {
      assertThat(door.send(stage.gateway, again).text()).isEqualTo("413 payload too large");
      assertThat(stage.fate()).isEqualTo("InvalidRequest DONE");
      assertThat(upstream.heads).isEmpty();
    }
  }

  @Test
  void backendPoliciesRunForEachAttemptAndRoutePoliciesOnce() throws Exception {
    AtomicInteger perRoute = new AtomicInteger();
    AtomicInteger perAttempt = new AtomicInteger();
    Guard onRoute = counting("route", perRoute);
    Guard onBackend = counting("backend", perAttempt);
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(answer(503, "no"), OK);
        Stage stage =
            new Stage(
                Stage.builder()
                    .backend(
                        "b",
                        HostBackend.of(upstream.address()),
                        onBackend,
                        BackendAuth.key(Secret.of("k")))
                    .route(
                        "r",
                        route ->
                            route
                                .policy(onRoute)
                                .policy(retries(1).codes(503).build())
                                .backend(new BackendReference("b"))))) {
      assertThat(Door.HTTP_1.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      stage.record();
      assertThat(perRoute).hasValue(1);
      assertThat(perAttempt).hasValue(2);
      assertThat(upstream.heads)
          .allSatisfy(head -> assertThat(head).containsIgnoringCase("authorization: Bearer k\r\n"));
    }
  }

  private static Guard counting(String kind, AtomicInteger count) {
    return new Guard(
        kind,
        (exchange, request, next) -> {
          count.incrementAndGet();
          return next.proceed(exchange, request);
        });
  }

  @Test
  void pausesDoubleUpToTheLongest() throws Exception {
    assertThat(pausesOf(retries(4), answer(503, "no")))
        .containsExactly(
            Duration.ofHours(1), Duration.ofHours(2), Duration.ofHours(3), Duration.ofHours(3));
  }

  @Test
  void pauseIsTheServersIfItAsksForOne() throws Exception {
    String busy = answer(503, "no", "Retry-After: 18000");
    assertThat(pausesOf(retries(1), busy)).containsExactly(Duration.ofHours(5));
    assertThat(pausesOf(retries(1).honorRetryAfter(false), busy))
        .containsExactly(Duration.ofHours(1));
    // Only 429 and 503 are meant so.
    assertThat(pausesOf(retries(1), answer(500, "no", "Retry-After: 18000")))
        .containsExactly(Duration.ofHours(1));
  }

  /** Returns the pauses, which are made in no time. */
  private static List<Duration> pausesOf(Retry.Builder retry, String answer) throws Exception {
    List<Duration> pauses = new CopyOnWriteArrayList<>();
    Timers timers =
        new Timers() {
          @Override
          public Timer schedule(long nanos, Runnable task) {
            Duration wait = Duration.ofNanos(nanos);
            if (wait.compareTo(Duration.ofHours(1)) < 0) {
              return Timers.system().schedule(nanos, task);
            }
            pauses.add(wait);
            task.run();
            return () -> {};
          }

          @Override
          public long nanoTime() {
            return Timers.system().nanoTime();
          }
        };
    Retry.Backoff backoff = new Retry.Backoff(Duration.ofHours(1), Duration.ofHours(3), false);
    Retry policy = retry.codes(500, 503).backoff(backoff).build();
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(answer);
        Stage stage =
            new Stage(
                Stage.builder()
                    .timers(timers)
                    .route(
                        "r",
                        route ->
                            route.policy(policy).backend(HostBackend.of(upstream.address()))))) {
      assertThat(Door.HTTP_1.get(stage.gateway, "/").status()).isGreaterThanOrEqualTo(500);
      assertThat(stage.record().attempts()).isEqualTo(policy.attempts() + 1);
    }
    return pauses;
  }

  @ParameterizedTest
  @EnumSource
  void pauseThatDoesNotFitTheDeadlineHandsOutWhatThereIs(Door door) throws Exception {
    String busy = answer(503, "busy", "Retry-After: 3600");
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(busy, OK);
        Stage stage =
            Stage.before(
                upstream.address(),
                retries(3).codes(503).build(),
                dev.postern.core.Timeout.none().requestTimeout(Duration.ofSeconds(20)))) {
      Answer answer = door.get(stage.gateway, "/");
      assertThat(answer.text()).isEqualTo("503 busy");
      assertThat(answer.headers().get("retry-after")).isEqualTo("3600");
      assertThat(stage.record().attempts()).isEqualTo(1);
    }
  }

  @Test
  void emptyAnswersAreTriedAgainToo() throws Exception {
    try (ScriptedUpstream upstream =
            ScriptedUpstream.answering(
                "HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: 0\r\n\r\n", OK);
        Stage stage = Stage.before(upstream.address(), retries(1).codes(503).build())) {
      assertThat(Door.HTTP_1.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      assertThat(stage.record().attempts()).isEqualTo(2);
      assertThat(upstream.heads).hasSize(2);
    }
  }

  /** OkHttp repeats these by itself unless it is kept from it. */
  @ParameterizedTest
  @MethodSource("provoking")
  void nothingIsTriedAgainThatNobodyAskedFor(String answer) throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(answer, OK);
        Stage stage = Stage.before(upstream.address())) {
      Answer got = Door.HTTP_1.get(stage.gateway, "/");
      assertThat(got.status()).isEqualTo(Integer.parseInt(answer.split(" ")[1]));
      assertThat(stage.record().attempts()).isEqualTo(1);
      assertThat(upstream.heads).hasSize(1);
    }
  }

  static List<String> provoking() {
    return List.of(
        answer(503, "", "Retry-After: 0"),
        answer(408, ""),
        answer(421, ""),
        answer(407, "", "Proxy-Authenticate: Basic realm=x"),
        answer(401, "", "WWW-Authenticate: Basic realm=x"),
        answer(302, "", "Location: /other"),
        answer(308, "", "Location: /other"));
  }
}
