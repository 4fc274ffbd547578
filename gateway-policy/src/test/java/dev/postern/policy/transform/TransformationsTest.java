package dev.postern.policy.transform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Bind;
import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.listener.HttpLimits;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.Policy;
import dev.postern.policy.functional.Doorway;
import dev.postern.policy.functional.Doorway.Answer;
import dev.postern.policy.functional.FakeExpressions;
import dev.postern.policy.traffic.DirectResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TransformationsTest {
  private final List<GatewayRequest> seen = new ArrayList<>();
  private final List<String> bodies = new ArrayList<>();
  private GatewayResponse upstream = GatewayResponse.of(200);
  private Gateway gateway;

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private void behind(Policy... policies) throws IOException {
    gateway =
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .expressions(FakeExpressions.ENGINE)
            .route(
                "r",
                route -> {
                  for (Policy policy : policies) {
                    route.policy(policy);
                  }
                  route.backend(HandlerBackend.of("b", (exchange, request) -> answer(request)));
                })
            .route("other", route -> route.matches(RouteMatch.exact("/other")))
            .build()
            .start();
  }

  private GatewayResponse answer(GatewayRequest request) throws IOException {
    seen.add(request);
    bodies.add(new String(request.body().readAll(Long.MAX_VALUE), UTF_8));
    return upstream;
  }

  private static Transformation.Builder rules() {
    return Transformation.builder();
  }

  private Answer send(GatewayRequest request) throws IOException {
    return Doorway.IN_PROCESS.send(gateway, request);
  }

  private GatewayRequest sent() {
    return seen.getLast();
  }

  @ParameterizedTest
  @EnumSource(Doorway.class)
  @DisplayName("15.1: metadata, add, set, remove, body, each on the message as it was before")
  void bothSidesAreRewritten(Doorway door) throws IOException {
    upstream =
        GatewayResponse.of(200, Headers.of("x-up", "u", "content-encoding", "br"), Body.of("old"));
    behind(
        new Transformations(
            rules()
                .metadata("user", "request.headers.user")
                .add("x-list", "['a', 'b']")
                .set("user", "'hidden'")
                .set("x-user", "metadata.user + '!'")
                .set("x-was", "request.headers.user")
                .set("x-number", "5")
                .remove("x-gone")
                .body("request.body + '-more'")
                .build(),
            rules()
                .set("x-status", "response.code")
                .set(":status", "201")
                .set("x-user", "metadata.user")
                .set("x-up", "response.headers.x-up + '2'")
                .body("response.body + request.method")
                .build()));
    Answer answer =
        door.send(
            gateway,
            GatewayRequest.post("/p", Body.of("old"))
                .header("user", "ann")
                .header("x-gone", "1")
                .build());
    assertThat(sent().headers().all("x-list")).containsExactly("a", "b");
    assertThat(sent().header("user")).isEqualTo("hidden");
    assertThat(sent().header("x-user")).isEqualTo("ann!");
    assertThat(sent().header("x-was")).isEqualTo("ann");
    assertThat(sent().header("x-number")).isEqualTo("5");
    assertThat(sent().header("x-gone")).isNull();
    assertThat(sent().header("content-length")).isEqualTo("8");
    assertThat(bodies).containsExactly("old-more");
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.body()).isEqualTo("oldPOST");
    assertThat(answer.header("x-status")).isEqualTo("200");
    assertThat(answer.header("x-user")).isEqualTo("ann");
    assertThat(answer.header("x-up")).isEqualTo("u2");
    assertThat(answer.header("content-length")).isEqualTo("7");
    assertThat(answer.header("content-encoding")).isNull();
  }

  @Test
  void yamlAndBuilderAgree() {
    Transformations built =
        new Transformations(
            rules()
                .metadata("m", "'1'")
                .replace("request.headers")
                .add("a", "'2'")
                .set(":path", "'/3'")
                .remove("r")
                .headers(
                    new Transformation.HeaderTemplates(
                        List.of(new Transformation.HeaderTemplates.Line("t", "x{{ 'y' }}")),
                        null,
                        null))
                .onError(Transformation.OnError.KEEP)
                .build(),
            rules().body("'4'").onBodyError(Transformation.OnBodyError.EMPTY).build());
    assertThat(
            Configs.fromYaml(
                    """
                    gateways:
                      default: {port: 8080}
                    routes:
                    - policies:
                        transformations:
                          request:
                            metadata: {m: "'1'"}
                            replace: request.headers
                            add: {a: "'2'"}
                            set: {":path": "'/3'"}
                            remove: [r]
                            headers: {add: [{name: t, value: "x{{ 'y' }}"}]}
                            onError: keep
                          response: {body: "'4'", onBodyError: empty}
                      backends: [{host: "localhost:1"}]
                    """)
                .routes()
                .getFirst()
                .policies()
                .find(Transformations.class))
        .isEqualTo(built);
  }

  @ParameterizedTest
  @CsvSource({"/other, /other", "/a/../b, /b", "/x?q=1, /x?q=1"})
  @DisplayName("TR-1: a new path is made canonical, and the route stays")
  void aNewPathIsMadeCanonicalAndTheRouteStays(String path, String sent) throws IOException {
    behind(Transformations.ofRequests(rules().set(":path", "'" + path + "'").build()));
    assertThat(send(GatewayRequest.get("/p?old").build()).status()).isEqualTo(200);
    assertThat(sent().target()).isEqualTo(sent);
  }

  @Test
  void otherPartsOfTheHeadCanBeSet() throws IOException {
    behind(
        Transformations.ofRequests(
            rules()
                .set(":method", "'PUT'")
                .set(":authority", "'Other.Example:8080'")
                .set(":scheme", "'https'")
                .build()));
    send(GatewayRequest.get("/").build());
    assertThat(sent().toString()).isEqualTo("PUT https://other.example:8080/");
  }

  @ParameterizedTest
  @CsvSource({
    ":method, 'a b'",
    ":path, 'nowhere'",
    ":path, '/%zz'",
    ":path, '/x#f'",
    ":authority, 'a@b'",
    ":scheme, 'ftp'",
    "x-h, 'a\u0000b'",
    "x-h, fail()",
    "x-h, null",
  })
  void whatCannotBeSentHasNoValue(String name, String value) throws IOException {
    String expression = value.matches("fail.*|null") ? value : "'" + value + "'";
    behind(
        Transformations.ofRequests(
            rules().set(name, expression).onError(Transformation.OnError.FAIL).build()));
    Answer answer = send(GatewayRequest.get("/p").header("x-h", "old").build());
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).isEqualTo("transformation failed");
    assertThat(seen).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"REMOVE, ", "KEEP, old"})
  @DisplayName("15.1 onError, 19.6: a header without a value is removed, or kept if asked")
  void headersWithoutAValue(Transformation.OnError onError, @Nullable String left)
      throws IOException {
    behind(
        Transformations.ofRequests(
            rules().set("x-h", "fail()").set(":method", "'a b'").onError(onError).build()));
    send(GatewayRequest.get("/").header("x-h", "old").build());
    assertThat(sent().header("x-h")).isEqualTo(left);
    assertThat(sent().method()).isEqualTo("GET");
  }

  @ParameterizedTest
  @CsvSource({"99", "100", "600", "1000", "abc", "20"})
  @DisplayName("TR-2: the status must be 200 to 599")
  void theStatusMustBe200To599(String status) throws IOException {
    behind(Transformations.ofResponses(rules().set(":status", "'" + status + "'").build()));
    assertThat(send(GatewayRequest.get("/").build()).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"FAIL, 502, transformation failed", "KEEP, 200, old", "EMPTY, 200, ''"})
  @DisplayName("15.1 onBodyError, on the way of the response")
  void contentWithoutAValue(Transformation.OnBodyError onBodyError, int status, String body)
      throws IOException {
    upstream = GatewayResponse.of(200, Headers.EMPTY, Body.of("old"));
    behind(Transformations.ofResponses(rules().body("fail()").onBodyError(onBodyError).build()));
    Answer answer = send(GatewayRequest.get("/").build());
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).isEqualTo(body);
  }

  @Test
  @DisplayName("15.1 onBodyError, on the way of the request")
  void aRequestWhoseContentHasNoValueFails() throws IOException {
    behind(Transformations.ofRequests(rules().body("fail()").build()));
    Answer answer = send(GatewayRequest.post("/", Body.of("old")).build());
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).isEqualTo("transformation failed");
  }

  @ParameterizedTest
  @CsvSource({"0, 200", "1, 502"})
  @DisplayName("TR-3: a response is read up to a limit; a larger one has no value")
  void aResponseIsReadUpToALimit(int over, int status) throws IOException {
    byte[] large = new byte[(int) Buffers.DEFAULT_LIMIT + over];
    upstream =
        GatewayResponse.of(200, Headers.EMPTY, Body.of(BodyStream.of(ByteBuffer.wrap(large))));
    behind(Transformations.ofResponses(rules().body("response.body + '!'").build()));
    assertThat(send(GatewayRequest.get("/").build()).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({"10, 200", "11, 502"})
  void theLimitIsTheOneConfigured(int bytes, int status) throws IOException {
    upstream =
        GatewayResponse.of(
            200, Headers.EMPTY, Body.of(BodyStream.of(ByteBuffer.wrap(new byte[bytes]))));
    behind(Transformations.ofResponses(rules().body("response.body + '!'").build()));
    HttpLimits limits = HttpLimits.builder().maxBufferSize(10).build();
    gateway.reload(
        gateway.config().toBuilder()
            .frontendPolicies(FrontendPolicies.builder().http(limits).build())
            .build());
    assertThat(send(GatewayRequest.get("/").build()).status()).isEqualTo(status);
  }

  @Test
  void eventStreamsAreNeverHeld() throws IOException {
    upstream =
        GatewayResponse.of(
            200,
            Headers.of("content-type", "text/event-stream"),
            Body.of(BodyStream.of(ByteBuffer.wrap("data: x\n\n".getBytes(UTF_8)))));
    behind(
        Transformations.ofResponses(
            rules()
                .body("response.body + '!'")
                .onBodyError(Transformation.OnBodyError.KEEP)
                .build()));
    assertThat(send(GatewayRequest.get("/").build()).body()).isEqualTo("data: x\n\n");
  }

  @ParameterizedTest
  @CsvSource({"HEAD, 200", "GET, 204", "GET, 304"})
  void responsesWithoutContentGetNone(String method, int status) throws IOException {
    upstream = GatewayResponse.of(status);
    behind(Transformations.ofResponses(rules().body("'new'").build()));
    assertThat(send(GatewayRequest.builder(method, "/").build()).body()).isEmpty();
  }

  @Test
  @DisplayName("TR-4: texts with expressions in double braces")
  void textsWithExpressionsInThem() throws IOException {
    behind(
        Transformations.ofRequests(
            rules()
                .headers(
                    new Transformation.HeaderTemplates(
                        List.of(line("x-a", "user {{ request.headers.user }}, {{'}}'}}!")),
                        List.of(line("x-b", "{{{{literal"), line("x-c", "{{ fail() }} gone")),
                        List.of("x-d")))
                .build()));
    send(
        GatewayRequest.get("/")
            .header("user", "ann")
            .header("x-c", "old")
            .header("x-d", "1")
            .build());
    assertThat(sent().header("x-a")).isEqualTo("user ann, }}!");
    assertThat(sent().header("x-b")).isEqualTo("{{literal");
    assertThat(sent().header("x-c")).isNull();
    assertThat(sent().header("x-d")).isNull();
  }

  private static Transformation.HeaderTemplates.Line line(String name, String value) {
    return new Transformation.HeaderTemplates.Line(name, value);
  }

  @Test
  void responsesOfTheGatewayItselfAreRewrittenToo() throws IOException {
    behind(
        new DirectResponse(410, "gone"),
        Transformations.ofResponses(rules().set("x-code", "response.code").build()));
    assertThat(send(GatewayRequest.get("/").build()).header("x-code")).isEqualTo("410");
  }

  @Test
  @DisplayName("8.4: the choice that was made for the request holds for the response")
  void theChoiceHoldsForTheResponse() throws IOException {
    Transformations first =
        new Transformations(
            rules().set("x-kind", "'changed'").build(), rules().set("x-chosen", "'first'").build());
    behind(
        ConditionalPolicy.when("request.headers.x-kind == 'first'", first)
            .otherwise(Transformations.ofResponses(rules().set("x-chosen", "'last'").build())));
    assertThat(send(GatewayRequest.get("/").header("x-kind", "first").build()).header("x-chosen"))
        .isEqualTo("first");
    assertThat(send(GatewayRequest.get("/").build()).header("x-chosen")).isEqualTo("last");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          request: {add: {content-length: '1'}}             | request.add: "content-length"
          request: {set: {":status": '1'}}                  | request.set: ":status"
          response: {set: {":path": '1'}}                   | response.set: ":path"
          request: {remove: ["a b"]}                        | the name of a header
          request: {remove: [":path"]}                      | the name of a header
          request: {headers: {add: [{name: a, value: "{{"}]}} | expected: }} for each {{
          request: {headers: {set: [{name: ":x", value: a}]}} | the name of a header
          request: {onError: ignore}                        | expected: one of remove, keep, fail
          request: {jsonPatch: []}                          | not supported yet
          response: {perEvent: true}                        | not supported yet
          """)
  void badInputIsRefused(String rules, String problem) {
    String text =
        """
        gateways:
          default: {port: 8080}
        routes:
        - backends: [{host: "localhost:1"}]
          policies:
            transformations:
              %s
        """
            .formatted(rules);
    assertThatThrownBy(() -> Configs.fromYaml(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void expressionsThatCannotBeCompiledAreRefusedByName() {
    assertThatThrownBy(
            () -> behind(Transformations.ofResponses(rules().set("x", "nonsense").build())))
        .hasMessageContaining("transformations.response.set.x: unknown variable nonsense");
  }
}
