package dev.postern.policy.external;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.HostBackend;
import dev.postern.core.Timeout;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.policy.external.AuthorizationProtocol.Http;
import dev.postern.policy.functional.Doorway.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when the service cannot decide. */
class ExtAuthzFailureTest {
  private static final Duration SHORT = Duration.ofMillis(150);

  private final Scene scene = new Scene();
  private final CountDownLatch over = new CountDownLatch(1);

  ExtAuthzFailureTest() throws IOException {}

  @AfterEach
  void close() {
    over.countDown();
    scene.close();
  }

  private ExtAuthz asking() {
    return ExtAuthz.http(scene.service());
  }

  private static MockResponse.Builder ok() {
    return new MockResponse.Builder();
  }

  static Stream<Arguments> badAnswers() {
    String large = "a".repeat(65 * 1024);
    return Stream.of(
        argumentSet("too many requests", ok().code(429)),
        argumentSet("internal error", ok().code(500)),
        argumentSet("unavailable", ok().code(503)),
        argumentSet("odd status", ok().code(799)),
        argumentSet("large content", ok().body(large)),
        argumentSet("large head", ok().addHeader("x-large", large)),
        argumentSet("closed", ok().onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)),
        argumentSet(
            "broken off",
            ok().body("half of it").onResponseBody(SocketEffect.ShutdownConnection.INSTANCE)));
  }

  @ParameterizedTest
  @MethodSource("badAnswers")
  @DisplayName("20 extAuthz, EA-5, EA-9, BI-26: no decision, so failureMode decides")
  void answersThatDecideNothingAreFailures(MockResponse.Builder answer) throws IOException {
    MockResponse response = answer.build();
    scene.answering(request -> response).behind(asking());
    Answer refused = scene.get("/");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).isEqualTo("external authorization failed");
    assertThat(refused.header("cache-control")).isEqualTo("no-store");
    assertThat(scene.reached).isEmpty();
    assertThat(scene.ended().log.getFirst())
        .contains("\"reason\":\"ExtAuth\"")
        .contains("the authorization service could not decide: ");
  }

  @ParameterizedTest
  @MethodSource("badAnswers")
  @DisplayName("20 extAuthz, EA-8: with failureMode allow the request passes, marked")
  void answersThatDecideNothingCanBeTakenForYes(MockResponse.Builder answer) throws IOException {
    MockResponse response = answer.build();
    scene.answering(request -> response).behind(asking().failureMode(FailureMode.ALLOW));
    assertThat(scene.get("/", "x-gateway-authz-failed-open", "no").body()).isEqualTo("reached");
    assertThat(scene.reached.getFirst().getHeaders().values("x-gateway-authz-failed-open"))
        .containsExactly("true");
    assertThat(scene.ended().log.getFirst()).contains("\"policy.failed_open\":\"extAuthz\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense\r\n\r\n",
        "HTTP/1.1 0 Odd\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 99 Odd\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 1000 Odd\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"
      })
  @DisplayName("BI-26: what is no answer is no decision")
  void whatIsNoAnswerDecidesNothing(String written) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerAll(server, written));
      HostBackend odd = HostBackend.of("127.0.0.1:" + server.getLocalPort());
      scene.behind(ExtAuthz.http(odd));
      assertThat(scene.get("/").status()).isEqualTo(403);
      assertThat(scene.reached).isEmpty();
    }
  }

  private static void answerAll(ServerSocket server, String written) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        socket.getInputStream().read(new byte[4096]);
        socket.getOutputStream().write(written.getBytes(ISO_8859_1));
      } catch (IOException e) {
        // The test is over, or the gateway has had enough.
      }
    }
  }

  @Test
  void aServiceThatIsNotThereDecidesNothing() throws IOException {
    scene.behind(ExtAuthz.http(HostBackend.of("127.0.0.1:1")).statusOnError(503));
    Answer answer = scene.get("/");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("external authorization failed");
  }

  @Test
  @DisplayName("EA-5: a service that hangs has its timeout")
  void aServiceThatHangsIsLeft() throws IOException {
    scene
        .answering(request -> {
          over.await();
          return new MockResponse.Builder().build();
        })
        .behind(asking().timeout(SHORT));
    assertThat(scene.get("/").status()).isEqualTo(403);
    assertThat(scene.ended().log.getFirst()).contains("could not decide: took too long");
  }

  @Test
  @DisplayName("EA-5: a whole answer has to come in time; a refusal stands without its content")
  void contentThatHangsIsLeft() throws IOException {
    scene
        .answering(request ->
            ok().code(request.getTarget().equals("/no") ? 401 : 200)
                .body("content")
                .onResponseBody(SocketEffect.Stall.INSTANCE)
                .build())
        .behind(asking().timeout(SHORT).failureMode(FailureMode.ALLOW));
    assertThat(scene.get("/yes").status()).isEqualTo(200);
    assertThat(scene.reached.getFirst().getHeaders().get("x-gateway-authz-failed-open"))
        .isEqualTo("true");
    Answer refused = scene.get("/no");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.body()).isEqualTo("external authorization failed");
  }

  @Test
  @DisplayName("EA-9: a refusal of any size stays a refusal")
  void largeRefusalsStayRefusals() throws IOException {
    MockResponse large = ok().code(403).body("a".repeat(65 * 1024)).build();
    scene.answering(request -> large).behind(asking().failureMode(FailureMode.ALLOW));
    Answer refused = scene.get("/");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).isEqualTo("external authorization failed");
  }

  @Test
  void theTimeOfTheRequestIsNotThatOfTheService() throws IOException {
    scene
        .answering(request -> {
          over.await();
          return new MockResponse.Builder().build();
        })
        .behind(
            asking().timeout(Duration.ofMinutes(1)).failureMode(FailureMode.ALLOW),
            Timeout.none().requestTimeout(SHORT));
    Answer answer = scene.get("/");
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.body()).isEqualTo("request timeout");
    assertThat(scene.reached).isEmpty();
  }

  @Test
  @DisplayName("PL-6: a caller that leaves ends the call")
  void aCallerThatLeavesEndsTheCall() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    scene
        .answering(request -> {
          arrived.countDown();
          over.await();
          return new MockResponse.Builder().build();
        })
        .behind(asking().timeout(Duration.ofMinutes(1)).failureMode(FailureMode.ALLOW));
    Scope scope = scene.gateway().newScope();
    GatewayRequest request = GatewayRequest.get("/").authority("g.example").build();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<GatewayResponse> answer = threads.submit(() -> scene.gateway().handle(request, scope));
      arrived.await();
      scope.cancel(Reason.CANCELLED.exception("gone"));
      assertThat(answer.get(20, TimeUnit.SECONDS).status()).isEqualTo(499);
    }
    assertThat(scene.reached).isEmpty();
  }

  @Test
  void aStatusOfItsOwnHasATextOfItsOwn() throws IOException {
    scene.answering(500).behind(asking().failureMode(new FailureMode.DenyWithStatus(502)));
    Answer answer = scene.get("/");
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.body()).isEqualTo("Authorization service unavailable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.headers['x-missing']",
        "'no-slash'",
        "'/a b'",
        "'/a#b'",
        "'http://elsewhere.example/'",
        "'/a\\r\\nb'"
      })
  @DisplayName("EA-10: a path without a value, or that is none, is a failure")
  void withoutAPathNobodyIsAsked(String path) throws IOException {
    scene.behind(ExtAuthz.http(scene.service(), Http.DEFAULT.path(path)));
    assertThat(scene.get("/").status()).isEqualTo(403);
    assertThat(scene.asked).isEmpty();
  }

  @Test
  @DisplayName("EA-10: content without a value is a failure")
  void withoutContentNobodyIsAsked() throws IOException {
    Http http = Http.DEFAULT.body("json(request.body).user");
    scene.behind(ExtAuthz.http(scene.service(), http).failureMode(FailureMode.ALLOW));
    assertThat(scene.get("/").status()).isEqualTo(200);
    assertThat(scene.asked).isEmpty();
    assertThat(scene.reached.getFirst().getHeaders().get("x-gateway-authz-failed-open"))
        .isEqualTo("true");
  }

  @Test
  @DisplayName("EA-8: the mark is the gateway's alone, also when the service decides")
  void theMarkCannotComeFromTheCaller() throws IOException {
    scene.behind(asking());
    scene.send(GatewayRequest.get("/"), "X-Gateway-Authz-Failed-Open", "true");
    assertThat(scene.reached.getFirst().getHeaders().names())
        .doesNotContain("x-gateway-authz-failed-open");
  }

  @Test
  @DisplayName("EA-6: what only the gateway gives is removed, also when the service cannot decide")
  void spoofedHeadersGoAlsoWhenTheServiceFails() throws IOException {
    Http http = Http.DEFAULT.includeResponseHeaders("x-user");
    ExtAuthz open = ExtAuthz.http(scene.service(), http).failureMode(FailureMode.ALLOW);
    scene.answering(500).behind(open);
    scene.get("/", "x-user", "root");
    assertThat(scene.reached.getFirst().getHeaders().names()).doesNotContain("x-user");
  }
}
