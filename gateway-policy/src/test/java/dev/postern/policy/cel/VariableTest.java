package dev.postern.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What expressions may name, and what they need for it. */
class VariableTest {
  private static final GatewayRequest REQUEST =
      GatewayRequest.post("/v1/chat?model=a&x=1", Body.of("{\"model\":\"small\",\"n\":2}"))
          .scheme("https")
          .authority("API.example.com:443")
          .headers(
              Headers.of(
                  "X-One",
                  "1",
                  "x-two",
                  "a, b",
                  "X-Two",
                  "c",
                  "cookie",
                  "a=1; b=\"2\"",
                  "authorization",
                  "Bearer secret"))
          .build();

  // 19.2
  // 19.5
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          request.method                      ¦ "POST"
          request.scheme                      ¦ "https"
          request.host                        ¦ "api.example.com"
          request.version                     ¦ "HTTP/1.1"
          request.path                        ¦ "/v1/chat"
          request.rawPath                     ¦ "/v1/./chat"
          request['path']                     ¦ "/v1/chat"
          request['headers']['x-one']         ¦ "1"
          request.with(r, r['method'])        ¦ "POST"
          request.headers.with(h, h['X-One'] + h.join()['x-two']) ¦ "1a, b,c"
          request.headers.with(request, request['X-One']) ¦ "1"
          request.path.with(p, [1].map(request, p))  ¦ ["/v1/chat"]
          request.path.with(p, [1].map(p, p))        ¦ [1]
          request.body.model                  ¦ "small"
          request.body['n']                   ¦ 2
          request['body'].model               ¦ "small"
          has(request.body.model)             ¦ true
          request.pathAndQuery                ¦ "/v1/chat?model=a&x=1"
          request.uri                         ¦ "https://api.example.com/v1/chat?model=a&x=1"
          request.uri.query('model')          ¦ ["a"]
          request.body                        ¦ "{\\"model\\":\\"small\\",\\"n\\":2}"
          request.bodyPrefix == request.body  ¦ true
          request.json.model                  ¦ "small"
          request.json.n + 1                  ¦ 3
          json(request.body).model == 'small' ¦ true
          request.startTime > timestamp('2020-01-01T00:00:00Z') ¦ true
          request.headers['x-one']            ¦ "1"
          request.headers['X-ONE']            ¦ "1"
          request.headers['x-two']            ¦ ["a, b","c"]
          'x-one' in request.headers          ¦ true
          has(request.headers.missing)        ¦ false
          request.headers.raw()['x-one']      ¦ ["1"]
          request.headers.join()['x-two']     ¦ "a, b,c"
          request.headers.split()['x-two']    ¦ ["a","b","c"]
          request.headers.join().raw()['x-one'] ¦ ["1"]
          request.headers.redacted()['authorization'] ¦ "<redacted>"
          request.headers.cookie('b')         ¦ "2"
          source.address                      ¦ "10.1.2.3"
          source.ip == source.address         ¦ true
          proxy.gateway.name                  ¦ "default"
          proxy.listener.name                 ¦ "web"
          proxy.route.name                    ¦ "chat"
          proxy.route.namespace               ¦ "team"
          has(proxy.route.rule)               ¦ false
          has(proxy.bind)                     ¦ false
          toJson(proxy.route)                 ¦ "{\\"name\\":\\"chat\\",\\"namespace\\":\\"team\\"}"
          has(source.subjectCn)               ¦ false
          jwt.role                            ¦ "admin"
          'a' in jwt.groups                   ¦ true
          has(jwt.sub)                        ¦ false
          has(apiKey.name)                    ¦ false
          size(jwt)                           ¦ 2
          """)
  void reads(String expression, String json) throws EvaluationException {
    assertThat(chat().json(expression).toString()).isEqualTo(json);
  }

  // 19.2
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          response.code          ¦ 200
          response.headers.x     ¦ "y"
          response.json.ok       ¦ true
          response.body          ¦ "{\\"ok\\":true}"
          response.reason        ¦ "Upstream"
          response.grpcStatus    ¦ 7
          """)
  void readsTheResponse(String expression, String json) throws EvaluationException {
    Evaluating chat = chat();
    chat.response(
        GatewayResponse.json(200, "{\"ok\":true}")
            .withHeader("x", "y")
            .withHeader("grpc-status", "7"));
    assertThat(chat.json(expression).toString()).isEqualTo(json);
  }

  @ParameterizedTest
  @CsvSource({
    "http, , static",
    "http, handler, handler",
    "llm, , ai",
    "mcp, , mcp",
    "a2a, , unknown"
  })
  void saysWhatKindOfBackendItIs(String protocol, @Nullable String type, String expected)
      throws EvaluationException {
    Evaluating chat = chat().response(GatewayResponse.of(200));
    chat.exchange.record().protocol(protocol);
    if (type != null) {
      chat.exchange.record().backendType(type);
    }
    assertThat(chat.string("backend.type")).isEqualTo(expected);
  }

  @Test
  void knowsThePortItCameInBy() throws EvaluationException {
    Evaluating chat = new Evaluating();
    assertThat(chat.test("has(destination.port) || has(proxy.bind)")).isFalse();
  }

  @Test
  void allVariablesAreOneObject() throws EvaluationException {
    Json all = chat().response(GatewayResponse.of(204)).atEnd().json("variables()");
    assertThat(all.members().keySet())
        .containsExactly(
            "request", "response", "proxy", "source", "destination", "backend", "env", "jwt");
    assertThat(all.toString())
        .contains("\"model\\\":\\\"small")
        .contains("\"role\":\"admin\"")
        .contains("\"authorization\":\"<redacted>\"")
        .doesNotContain("secret");
  }

  @Test
  void theEnvironmentIsHiddenButForWhatIsExposed() throws EvaluationException {
    Evaluating exposed =
        new Evaluating()
            .with(
                new VariableSource() {
                  @Override
                  public String name() {
                    return "env.vars";
                  }

                  @Override
                  public VariableType.Fields fields() {
                    return new VariableType.Fields(
                        Map.of("ZONE", VariableType.Scalar.STRING), false);
                  }

                  @Override
                  public Object read(Exchange exchange, String field) {
                    return "z1";
                  }
                });
    assertThat(exposed.string("env.vars.ZONE")).isEqualTo("z1");
    assertThatThrownBy(() -> exposed.string("env.vars.HOME")).hasMessageContaining("HOME");
    assertThatThrownBy(() -> new Evaluating().string("env.vars.ZONE"))
        .hasMessageContaining("env.vars holds what config.cel.exposeEnv lists, which is nothing");
  }

  @Test
  void decodesACompressedBodyForExpressionsOnly() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write("{\"a\":1}".getBytes(StandardCharsets.UTF_8));
    }
    GatewayRequest request =
        GatewayRequest.post("/", Body.of(zipped.toByteArray()))
            .header("content-encoding", "gzip")
            .build();
    assertThat(Evaluating.of(request).json("request.json.a")).isEqualTo(Json.of(1));
  }

  @Test
  void aBodyThatIsNoTextIsBytes() throws EvaluationException {
    GatewayRequest request = GatewayRequest.post("/", Body.of(new byte[] {(byte) 0xff, 1})).build();
    assertThat(Evaluating.of(request).json("size(request.body)")).isEqualTo(Json.of(2));
  }

  @Test
  void aBodyThatIsNotInMemoryIsMissing() {
    GatewayRequest request = GatewayRequest.post("/", Body.of(Body.of("x").open())).build();
    assertThatThrownBy(() -> Evaluating.of(request).json("request.body"))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> assertThat(e.kind()).isEqualTo(EvaluationException.Kind.MISSING));
  }

  @Test
  void twoCookiesOfOneNameWithDifferentValuesAreAnError() {
    GatewayRequest request = GatewayRequest.get("/").header("cookie", "a=1; a=2").build();
    assertThatThrownBy(() -> Evaluating.of(request).json("request.headers.cookie('a')"))
        .isInstanceOf(EvaluationException.class);
  }

  @Test
  void anErrorIsAbsorbedByTheSideThatDecides() throws EvaluationException {
    assertThat(new Evaluating().test("jwt.sub == 'a' || true")).isTrue();
    assertThat(new Evaluating().test("jwt.sub == 'a' && false")).isFalse();
  }

  @Test
  void numbersOfDifferentKindsCompare() throws EvaluationException {
    Evaluating evaluating = new Evaluating().with("jwt", Map.of("n", 3, "u", Json.of(3), "d", 3.0));
    assertThat(evaluating.test("jwt.n == jwt.u && jwt.u == jwt.d && jwt.n < 3.5")).isTrue();
  }

  // 19.8
  @Test
  void saysWhichBodiesItNeeds() {
    assertThat(needs("request.path == '/'").requestBody()).isFalse();
    assertThat(needs("request.json.model == 'x'").requestBody()).isTrue();
    assertThat(needs("has(request.body)").requestBody()).isTrue();
    assertThat(needs("request['body'] == ''").requestBody()).isTrue();
    assertThat(needs("request['path'] == ''").requestBody()).isFalse();
    assertThat(needs("request.body.model == ''").requestBody()).isTrue();
    assertThat(needs("request.with(r, r.path) == '/'").requestBody()).isFalse();
    assertThat(needs("request.with(r, r.body) == '/'").requestBody()).isTrue();
    assertThat(needs("request.with(r, r['json']) == '/'").requestBody()).isTrue();
    assertThat(needs("request.with(r, r.with(q, q.body)) == '/'").requestBody()).isTrue();
    assertThat(needs("request.with(r, [r])[0].path == '/'").requestBody()).isTrue();
    assertThat(needs("[1].all(request, request == 1)").requestBody()).isFalse();
    assertThat(needs("toJson(request) == ''").requestBody()).isTrue();
    assertThat(needs("size(variables()) > 0").requestBody()).isTrue();
    assertThat(needs("jwt.sub == request.path").variables())
        .containsExactlyInAnyOrder("jwt", "request");
  }

  private static Expression.Needs needs(String expression) {
    return new Evaluating().compile(expression, Result.BOOLEAN).needs();
  }

  private static Evaluating chat() {
    Evaluating chat =
        Evaluating.of(REQUEST).with("jwt", Map.of("role", "admin", "groups", List.of("a", "b")));
    chat.exchange.record().source(address());
    chat.exchange.record().acceptedBy("default", "web");
    chat.exchange.record().routedBy("chat", null);
    chat.exchange.record().routeNamespace("team");
    chat.exchange.record().rawPath("/v1/./chat");
    return chat;
  }

  private static InetAddress address() {
    try {
      return InetAddress.getByName("10.1.2.3");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
