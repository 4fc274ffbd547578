package dev.postern.policy.functional;

import static dev.postern.policy.functional.Scene.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.HostBackend;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.ProcessSettings;
import dev.postern.core.Retry;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.policy.functional.Scene.Writing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions for trying again, over real servers and with the expressions of the module itself. */
class RetryConditionTest {
  static Stream<Arguments> ways() {
    return Stream.of(Writing.values())
        .flatMap(writing ->
            Stream.of(Doorway.values())
                .map(door -> Arguments.argumentSet(writing + " " + door, writing, door)));
  }

  private static Retry.Builder twice() {
    return Retry.builder().attempts(2);
  }

  private static Scene before(Retry retry, MockResponse... answers) throws IOException {
    return new Scene(Writing.JAVA, 1, List.of(retry), List.of()).answering(0, answers);
  }

  private static GatewayRequest post(String body) {
    return GatewayRequest.post("/", Body.of(body)).build();
  }

  @ParameterizedTest
  @MethodSource("ways")
  @DisplayName("7.7: a response for which the condition holds is tried again, also a POST")
  void responsesForWhichTheConditionHoldsAreTriedAgain(Writing writing, Doorway door)
      throws IOException {
    Retry retry =
        twice().condition("response.headers['x-again'] == request.headers['x-me']").build();
    try (Scene scene = new Scene(writing, 1, List.of(retry), List.of())) {
      scene.answering(0, text(200, "no", "x-again", "ann"), text(200, "yes", "x-again", "bob"));
      GatewayRequest request = post("hello").toBuilder().header("x-me", "ann").build();
      assertThat(scene.send(door, request).body()).isEqualTo("yes");
      assertThat(scene.reached(0)).isEqualTo(2);
    }
  }

  @Test
  @DisplayName("7.7: codes and condition, either suffices")
  void eitherCodeOrConditionSuffices() throws IOException {
    Retry retry = twice().codes(503).condition("response.code == 418").build();
    try (Scene scene = before(retry, text(418, "a"), text(503, "b"), text(200, "c"))) {
      assertThat(scene.get(post("x"))).isEqualTo("200 c");
    }
    try (Scene scene = before(retry, text(500, "a"), text(200, "b"))) {
      assertThat(scene.get(post("x"))).isEqualTo("500 a");
    }
  }

  @Test
  @DisplayName("RE-6: the last answer is handed out although the condition holds for it too")
  void theLastAnswerIsHandedOut() throws IOException {
    try (Scene scene = before(twice().condition("true").build(), text(200, "a"))) {
      assertThat(scene.get(post("x"))).isEqualTo("200 a");
      assertThat(scene.reached(0)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "response.headers['x-missing'] == 'x'",
        "response.json.again",
        "response.headers['content-type']",
        "jwt.sub == 'ann'"
      })
  @DisplayName("19.6: a condition without a value, or of another type, asks for nothing")
  void aConditionWithoutAValueDoesNotHold(String condition) throws IOException {
    MockResponse answer = text(503, "{\"again\":\"yes\"}", "content-type", "application/json");
    try (Scene scene = before(twice().condition(condition).build(), answer)) {
      assertThat(scene.send(Doorway.IN_PROCESS, post("x")).status()).isEqualTo(503);
      assertThat(scene.reached(0)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  @DisplayName("7.7: the precondition decides whether there are re-tries at all")
  void withoutItsPreconditionNothingIsTriedAgain(Writing writing, Doorway door) throws IOException {
    Retry retry =
        twice().codes(503).precondition("request.headers['x-idempotent'] == 'yes'").build();
    try (Scene scene = new Scene(writing, 1, List.of(retry), List.of())) {
      scene.answering(0, text(503, "busy"));
      GatewayRequest.Builder request = post("x").toBuilder();
      // A precondition without a value is none that holds.
      assertThat(scene.send(door, request.build()).status()).isEqualTo(503);
      assertThat(scene.reached(0)).isEqualTo(1);
      assertThat(scene.send(door, request.header("x-idempotent", "no").build()).status())
          .isEqualTo(503);
      assertThat(scene.reached(0)).isEqualTo(2);
      request = post("x").toBuilder().header("x-idempotent", "yes");
      assertThat(scene.send(door, request.build()).status()).isEqualTo(503);
      assertThat(scene.reached(0)).isEqualTo(5);
    }
  }

  @Test
  void withoutItsPreconditionNotEvenAFailedConnectionIsTriedAgain() throws IOException {
    Retry retry = twice().precondition("request.method == 'GET'").build();
    try (Scene scene = new Scene(Writing.JAVA, 2, List.of(retry), List.of())) {
      scene.stop(0);
      assertThat(scene.get(post("x"))).startsWith("503");
      assertThat(scene.get(GatewayRequest.get("/").build())).isEqualTo("200 1");
    }
  }

  @ParameterizedTest
  @CsvSource({"request.path == '/kept',503", "request.path == '/other',200", "jwt.sub == 'a',200"})
  @DisplayName("7.7: without the precondition no body is kept for another attempt")
  void withoutItsPreconditionNoBodyIsKept(String precondition, int status) throws IOException {
    AtomicInteger sent = new AtomicInteger();
    try (Gateway gateway =
        Gateway.builder()
            // Nothing of the size of the body may be held.
            .settings(ProcessSettings.builder().maxBufferedBytes(4L).build())
            .route(
                "r",
                route ->
                    route
                        .policy(twice().codes(503).precondition(precondition).build())
                        .backend(
                            HandlerBackend.of(
                                "echo",
                                (exchange, request) -> {
                                  sent.addAndGet(request.body().readAll(100).length);
                                  return GatewayResponse.of(200);
                                })))
            .build()) {
      GatewayRequest request = GatewayRequest.post("/kept", streamed("more than four")).build();
      assertThat(gateway.handle(request).status()).isEqualTo(status);
      assertThat(sent).hasValue(status == 200 ? 14 : 0);
    }
  }

  private static Body streamed(String text) {
    return Body.of(
        new BodyStream() {
          private @Nullable ByteBuffer piece = ByteBuffer.wrap(text.getBytes(UTF_8));

          @Override
          public @Nullable ByteBuffer next() {
            ByteBuffer next = piece;
            piece = null;
            return next;
          }

          @Override
          public void close() {}
        });
  }

  @ParameterizedTest
  @MethodSource("ways")
  @DisplayName("19.8: a condition may look into both bodies, which pass on whole")
  void conditionsMayLookIntoBodies(Writing writing, Doorway door) throws IOException {
    Retry retry =
        twice()
            .precondition("request.json.again")
            .condition("response.json.busy == request.json.again")
            .build();
    try (Scene scene = new Scene(writing, 1, List.of(retry), List.of())) {
      scene.answering(0, text(200, "{\"busy\":true}"), text(200, "{\"busy\":false}"));
      assertThat(scene.send(door, post("{\"again\":true}")).body()).isEqualTo("{\"busy\":false}");
      assertThat(scene.reached(0)).isEqualTo(2);
      assertThat(scene.gateway().warnings())
          .singleElement()
          .asString()
          .endsWith("reads the body of responses (which are not streamed for it)")
          .contains("retry");
    }
  }

  @Test
  @DisplayName("19.8: what comes as a stream of events is not waited for")
  void streamsOfEventsAreNotReadIntoMemory() throws IOException {
    Retry retry = twice().condition("response.body.contains('again')").build();
    MockResponse events = text(200, "data: again\n\n", "content-type", "text/event-stream");
    try (Scene scene = before(retry, events)) {
      assertThat(scene.get(post("x"))).isEqualTo("200 data: again\n\n");
      assertThat(scene.reached(0)).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("19.8: of a body that is too large a condition sees nothing, and it passes on")
  void bodiesThatAreTooLargePassOn() throws IOException {
    Retry retry = twice().condition("response.body.contains('a')").build();
    String large = "a".repeat(2 * 1024 * 1024 + 1);
    try (Scene scene = before(retry, text(200, large))) {
      assertThat(scene.get(post("x"))).isEqualTo("200 " + large);
      assertThat(scene.reached(0)).isEqualTo(1);
    }
  }

  @Test
  void trailersAreNotLost() throws IOException {
    Retry retry = twice().condition("response.body.contains('a')").build();
    MockResponse answer =
        new MockResponse.Builder()
            .chunkedBody("aaa", 2)
            .trailers(okhttp3.Headers.of("grpc-status", "0"))
            .build();
    try (Scene scene = before(retry, answer);
        GatewayResponse response = scene.gateway().handle(post("x"))) {
      BodyStream body = response.body().open();
      StringBuilder content = new StringBuilder();
      for (ByteBuffer piece = body.next(); piece != null; piece = body.next()) {
        content.append(UTF_8.decode(piece));
      }
      assertThat(content).hasToString("aaa");
      assertThat(body.trailers().get("grpc-status")).isEqualTo("0");
      assertThat(scene.reached(0)).isEqualTo(1);
    }
  }

  @Test
  void conditionsHoldForFunctionsToo() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    Retry retry =
        twice().precondition("request.path == '/'").condition("response.body == '1'").build();
    try (Gateway gateway =
        Gateway.builder()
            .route(
                "r",
                route ->
                    route
                        .policy(retry)
                        .backend(
                            HandlerBackend.of(
                                "count",
                                (exchange, request) ->
                                    GatewayResponse.text(
                                        200, Integer.toString(calls.incrementAndGet())))))
            .build()) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());
      assertThat(new String(response.body().readAll(10), UTF_8)).isEqualTo("2");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          precondition | response.code == 503      | 9:21 | response does not exist here: it exists on the way back only
          precondition | llm.requestModel == 'a'   | 9:21 | llm does not exist here: it exists in policies of LLM backends, on the way back, and in logs
          precondition | request.path              | 9:21 | gives a text (expected: true or false)
          condition    | response.cod == 503       | 9:27 | unknown field cod; did you mean code?
          condition    | size(response.headers)    | 9:18 | gives a number (expected: true or false)
          condition    | mcp.methodName == 'a'     | 9:18 | mcp does not exist here: it exists on routes to MCP backends
          """)
  @DisplayName("19.3: what does not exist there is refused with its place in the file")
  void whatDoesNotExistThereIsRefused(
      String field, String expression, String place, String problem) {
    String yaml =
        """
        gateways:
          default:
            port: 8080
        routes:
        - backends:
          - host: localhost:9000
          policies:
            retry:
              %s: %s
        """
            .formatted(field, expression);
    LoadedConfig loaded = Configs.parse("gateway.yaml", yaml, LoadOptions.DEFAULTS);
    InvalidConfigurationException refused =
        catchThrowableOfType(
            InvalidConfigurationException.class, () -> Gateway.from(loaded.config()));
    assertThat(loaded.locate(refused).diagnostics())
        .singleElement()
        .asString()
        .contains("gateway.yaml:" + place)
        .contains("routes[0].policies.retry." + field + ": ")
        .contains(problem);
  }

  @Test
  void whatDoesNotExistThereIsRefusedInJavaToo() {
    InvalidConfigurationException refused =
        catchThrowableOfType(
            InvalidConfigurationException.class,
            () ->
                Gateway.builder()
                    .route(
                        "r",
                        route ->
                            route
                                .policy(twice().precondition("response.code == 1").build())
                                .backend(HostBackend.of("localhost:1")))
                    .build());
    assertThat(refused)
        .hasMessageStartingWith(
            "routes.r.backends[0]: retry.precondition: response does not exist here");
  }
}
