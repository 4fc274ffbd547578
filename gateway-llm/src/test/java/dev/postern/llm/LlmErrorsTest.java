package dev.postern.llm;

import static dev.postern.llm.TestGateway.chat;
import static dev.postern.llm.TestGateway.post;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.FrontendPolicies;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.listener.HttpLimits;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LlmErrorsTest {
  private final MockWebServer server = new MockWebServer();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    server.start();
    gateway =
        new TestGateway(
            LlmBackend.builder()
                .provider(
                    NamedProvider.of("main", OpenAi.withKey(Secret.of("k")))
                        .baseUrl(server.url("/v1").toString()))
                .build());
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.close();
  }

  static List<Arguments> badBodies() {
    return List.of(
        argumentSet("empty", "", "invalid_request_body", null),
        argumentSet("null", "null", "invalid_request_body", null),
        argumentSet("array", "[]", "invalid_request_body", null),
        argumentSet("string", "\"x\"", "invalid_request_body", null),
        argumentSet("truncated", "{\"model\":\"m\"", "invalid_request_body", null),
        argumentSet("trailing", "{\"model\":\"m\",\"messages\":[]}}", "invalid_request_body", null),
        argumentSet("NaN", "{\"model\":\"m\",\"x\":NaN}", "invalid_request_body", null),
        argumentSet(
            "deep",
            "{\"x\":" + "[".repeat(300) + "]".repeat(300) + "}",
            "invalid_request_body",
            null),
        argumentSet("no model", "{\"messages\":[]}", "missing_model", "model"),
        argumentSet("model number", "{\"model\":5,\"messages\":[]}", "invalid_model", "model"),
        argumentSet("model empty", "{\"model\":\"\",\"messages\":[]}", "invalid_model", "model"),
        argumentSet(
            "model control", "{\"model\":\"a\\nb\",\"messages\":[]}", "invalid_model", "model"),
        argumentSet("no messages", "{\"model\":\"m\"}", "invalid_request", "messages"),
        argumentSet(
            "messages object", "{\"model\":\"m\",\"messages\":{}}", "invalid_request", "messages"),
        argumentSet(
            "no role",
            "{\"model\":\"m\",\"messages\":[{\"content\":\"x\"}]}",
            "invalid_request",
            "messages[0].role"),
        argumentSet(
            "tool without id",
            "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\"}]}",
            "invalid_request",
            "messages[0].tool_call_id"),
        argumentSet(
            "unknown tool",
            "{\"model\":\"m\",\"messages\":[],\"tool_choice\":"
                + "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}}",
            "invalid_request",
            "tool_choice"),
        argumentSet(
            "stream text",
            "{\"model\":\"m\",\"messages\":[],\"stream\":\"true\"}",
            "invalid_request",
            "stream"),
        argumentSet("n", "{\"model\":\"m\",\"messages\":[],\"n\":129}", "invalid_request", "n"),
        argumentSet(
            "max_tokens",
            "{\"model\":\"m\",\"messages\":[],\"max_tokens\":\"5\"}",
            "invalid_request",
            "max_tokens"));
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void badBodiesAreRefusedWithoutACall(String body, String code, String param) throws Exception {
    GatewayResponse response = gateway.handle(chat(body));
    assertThat(response.status()).isEqualTo(400);
    Json error = Json.parse(TestGateway.text(response)).find("error").orElseThrow();
    assertThat(error.string("type")).contains("invalid_request_error");
    assertThat(error.string("code")).contains(code);
    assertThat(error.string("param").orElse(null)).isEqualTo(param);
    assertThat(response.header("x-gateway-request-id")).isNotEmpty();
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void aBodyInUtf16IsRefused() throws Exception {
    byte[] body = "{\"model\":\"m\",\"messages\":[]}".getBytes(UTF_16LE);
    GatewayRequest request = GatewayRequest.post("/v1/chat/completions", Body.of(body)).build();
    assertThat(code(gateway.handle(request))).isEqualTo("invalid_request_body");
  }

  @Test
  void aBodyOverTheLimitIsRefused() throws Exception {
    GatewayResponse response =
        gateway.handle(chat("{\"model\":\"" + "x".repeat((int) LlmBackend.BUFFER_LIMIT) + "\"}"));
    assertThat(response.status()).isEqualTo(413);
    assertThat(code(response)).isEqualTo("request_body_too_large");
  }

  @Test
  void theLimitIsTheOneConfigured() throws Exception {
    gateway.frontendPolicies(
        FrontendPolicies.builder().http(HttpLimits.builder().maxBufferSize(100).build()).build());
    GatewayResponse response = gateway.handle(chat("{\"model\":\"" + "x".repeat(100) + "\"}"));
    assertThat(response.status()).isEqualTo(413);
    assertThat(TestGateway.text(response)).contains("larger than 100 bytes");
  }

  @Test
  void aBombIsRefused() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
      zip.write(new byte[20 << 20]);
    }
    GatewayResponse response = gateway.handle(encoded("gzip", zipped.toByteArray()));
    assertThat(response.status()).isEqualTo(413);
    assertThat(code(response)).isEqualTo("request_body_too_large");
  }

  @Test
  void unknownAndBrokenEncodingsAreRefused() throws Exception {
    GatewayResponse unknown = gateway.handle(encoded("br", new byte[] {1}));
    assertThat(unknown.status()).isEqualTo(415);
    assertThat(code(unknown)).isEqualTo("unsupported_media_type");
    GatewayResponse broken = gateway.handle(encoded("gzip", new byte[] {1, 2, 3}));
    assertThat(broken.status()).isEqualTo(400);
    assertThat(code(broken)).isEqualTo("request_body_decode_failed");
  }

  @Test
  void aWrongMethodIsToldWhichIsRight() throws Exception {
    GatewayResponse response = gateway.handle(GatewayRequest.get("/v1/chat/completions").build());
    assertThat(response.status()).isEqualTo(405);
    assertThat(response.header("allow")).isEqualTo("POST");
    assertThat(code(response)).isEqualTo("method_not_allowed");
  }

  static List<Arguments> unbuilt() {
    return List.of(
        argumentSet(
            "Anthropic",
            "/v1/messages",
            "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"The messages API"
                + " is not implemented by this gateway\"},\"request_id\":\"ID\"}"),
        argumentSet(
            "Gemini",
            "/v1beta/models/gemini-pro:generateContent",
            "{\"error\":{\"code\":501,\"message\":\"The generateContent API is not implemented by"
                + " this gateway\",\"status\":\"UNIMPLEMENTED\"}}"),
        argumentSet(
            "OpenAI",
            "/v1/moderations",
            "{\"error\":{\"message\":\"The moderations API is not implemented by this gateway\","
                + "\"type\":\"invalid_request_error\",\"param\":null,"
                + "\"code\":\"not_implemented\"}}"),
        argumentSet(
            "rerank",
            "/v1/rerank",
            "{\"message\":\"The rerank API is not implemented by this gateway\",\"error\":"
                + "{\"message\":\"The rerank API is not implemented by this gateway\","
                + "\"type\":\"invalid_request_error\",\"param\":null,"
                + "\"code\":\"not_implemented\"}}"));
  }

  @ParameterizedTest
  @MethodSource("unbuilt")
  void whatIsNotBuiltSaysSoInItsOwnFormat(String path, String expected) throws Exception {
    GatewayResponse response = gateway.handle(post(path, "{}"));
    assertThat(response.status()).isEqualTo(501);
    String id = response.header("x-gateway-request-id");
    assertThat(TestGateway.text(response)).isEqualTo(expected.replace("ID", id));
  }

  @Test
  void aProviderThatCannotBeReachedIsUnavailable() throws Exception {
    server.close();
    GatewayResponse response = gateway.handle(chat("{\"model\":\"m\",\"messages\":[]}"));
    assertThat(response.status()).isEqualTo(503);
    assertThat(code(response)).isEqualTo("upstream_unavailable");
  }

  @Test
  void errorsOfTheProviderAreRelayedByteForByte() throws Exception {
    String body = "{ \"error\" : {\"message\":\"too long\",\"code\":\"context_length_exceeded\"} }";
    server.enqueue(
        new MockResponse.Builder()
            .code(400)
            .addHeader("content-type", "application/json")
            .addHeader("x-request-id", "up")
            .addHeader("set-cookie", "a=b")
            .body(body)
            .build());
    GatewayResponse response = gateway.handle(chat("{\"model\":\"m\",\"messages\":[]}"));
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.header("x-request-id")).isEqualTo("up");
    assertThat(response.header("set-cookie")).isNull();
    assertThat(TestGateway.text(response)).isEqualTo(body);
  }

  static List<Arguments> noAnswers() {
    return List.of(
        argumentSet("redirect", 302, "application/json", "{}"),
        argumentSet("HTML", 200, "text/html", "<html>"),
        argumentSet("empty", 200, "application/json", ""),
        argumentSet("no content", 204, "application/json", ""));
  }

  @ParameterizedTest
  @MethodSource("noAnswers")
  void whatIsNoAnswerIsAnError(int status, String type, String body) throws Exception {
    server.enqueue(
        new MockResponse.Builder().code(status).addHeader("content-type", type).body(body).build());
    GatewayResponse response = gateway.handle(chat("{\"model\":\"m\",\"messages\":[]}"));
    assertThat(response.status()).isEqualTo(502);
    assertThat(code(response)).isEqualTo("invalid_upstream_response");
  }

  @Test
  void anOverloadOfAnthropicsKindIsAnOrdinaryOneHere() throws Exception {
    server.enqueue(new MockResponse.Builder().code(529).body("busy").build());
    assertThat(gateway.handle(chat("{\"model\":\"m\",\"messages\":[]}")).status()).isEqualTo(503);
  }

  private static GatewayRequest encoded(String encoding, byte[] body) {
    return GatewayRequest.post("/v1/chat/completions", Body.of(body))
        .header("content-type", "application/json")
        .header("content-encoding", encoding)
        .build();
  }

  private static String code(GatewayResponse response) throws IOException {
    return Json.parse(TestGateway.text(response)).string("error", "code").orElseThrow();
  }
}
