package dev.postern.llm.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.json.Json;
import dev.postern.core.text.Secret;
import dev.postern.llm.Llm;
import dev.postern.llm.functional.Caller.Answer;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Model;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests the gateway refuses itself: one error in the client's format, and nothing upstream. */
class BadRequestTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String GOOD =
      "{\"model\":\"gpt-5\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  private ScriptedProvider provider;
  private Gateway gateway;

  @BeforeEach
  void start() throws IOException {
    provider = new ScriptedProvider();
    Llm models =
        Llm.builder()
            .gateway("default")
            .model(
                Model.builder("gpt-*")
                    .provider(OpenAi.withKey(Secret.of("k")))
                    .baseUrl(provider.baseUrl())
                    .build())
            .build();
    gateway =
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .section(models)
            .build()
            .start();
  }

  @AfterEach
  void stop() throws IOException {
    gateway.close(Duration.ZERO);
    provider.close();
  }

  private record Bad(String name, String path, byte[] body, int status, String code, String param) {
    static Bad of(String name, String path, String body, String code, String param) {
      return new Bad(name, path, body.getBytes(UTF_8), 400, code, param);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Arguments> bodies() {
    List<Bad> bad = new ArrayList<>();
    bad.add(body("empty", ""));
    bad.add(body("white space", " \n"));
    bad.add(body("null", "null"));
    bad.add(body("array", "[]"));
    bad.add(body("string", "\"x\""));
    bad.add(body("number", "1"));
    bad.add(body("truncated", GOOD.substring(0, 40)));
    bad.add(body("within a string", "{\"model\":\"gpt-5"));
    bad.add(body("trailing garbage", GOOD + "x"));
    bad.add(body("a second document", GOOD + GOOD));
    bad.add(body("NaN", with("\"temperature\":NaN")));
    bad.add(body("Infinity", with("\"temperature\":-Infinity")));
    bad.add(body("single quotes", "{'model':'gpt-5','messages':[]}"));
    bad.add(body("a comment", "{/*x*/\"model\":\"gpt-5\",\"messages\":[]}"));
    bad.add(body("a trailing comma", "{\"model\":\"gpt-5\",\"messages\":[],}"));
    bad.add(body("a leading zero", with("\"n\":01")));
    bad.add(body("a control character in a string", with("\"user\":\"a\u0000b\"")));
    bad.add(body("an unknown escape", with("\"user\":\"\\x41\"")));
    bad.add(body("deep arrays", with("\"x\":" + "[".repeat(300) + "]".repeat(300))));
    bad.add(body("deep objects", with("\"x\":" + "{\"a\":".repeat(300) + "1" + "}".repeat(300))));
    bad.add(body("unclosed and very deep", with("\"x\":" + "[".repeat(200_000))));
    bad.add(body("a huge number", with("\"temperature\":" + "9".repeat(1001))));
    bad.add(body("a huge fraction", with("\"temperature\":0." + "1".repeat(5000))));
    bad.add(body("too many members", with("\"x\":{" + "\"a\":0,".repeat(1_000_001) + "\"b\":0}")));
    bad.add(latin("a byte that is no UTF-8", with("\"user\":\"\u00ff\"")));
    bad.add(latin("an overlong slash", with("\"user\":\"\u00c0\u00af\"")));
    bad.add(latin("half a character", with("\"user\":\"\u00e2\u0082\"")));
    bad.add(latin("a surrogate in UTF-8", with("\"user\":\"\u00ed\u00a0\u0080\"")));
    bad.add(new Bad("UTF-16", CHAT, GOOD.getBytes(UTF_16BE), 400, "invalid_request_body", null));

    bad.add(Bad.of("no model", CHAT, "{\"messages\":[]}", "missing_model", "model"));
    bad.add(model("null", "missing_model"));
    for (String model : List.of("5", "{}", "[\"gpt-5\"]", "true", "\"\"", "\"a\\nb\"")) {
      bad.add(model(model, "invalid_model"));
    }
    bad.add(model('"' + "m".repeat(513) + '"', "invalid_model"));
    bad.add(
        new Bad(
            "unknown model",
            CHAT,
            GOOD.replace("gpt-5", "claude-x").getBytes(UTF_8),
            404,
            "model_not_found",
            "model"));
    bad.add(request("no messages", "{\"model\":\"gpt-5\"}", "messages"));
    bad.add(request("messages null", messages("null"), "messages"));
    bad.add(request("messages an object", messages("{}"), "messages"));
    bad.add(request("messages a string", messages("\"x\""), "messages"));
    bad.add(request("a message that is text", messages("[\"x\"]"), "messages[0]"));
    bad.add(request("no role", messages("[{\"content\":\"x\"}]"), "messages[0].role"));
    bad.add(request("role a number", messages("[{\"role\":1}]"), "messages[0].role"));
    bad.add(
        request(
            "a tool's message without id",
            messages("[{\"role\":\"tool\",\"content\":\"x\"}]"),
            "messages[0].tool_call_id"));
    bad.add(
        request(
            "too many messages",
            messages("[" + "{\"role\":\"user\"},".repeat(100_000) + "{\"role\":\"user\"}]"),
            "messages"));
    bad.add(request("stream a text", with("\"stream\":\"true\""), "stream"));
    bad.add(request("n zero", with("\"n\":0"), "n"));
    bad.add(request("n too large", with("\"n\":129"), "n"));
    bad.add(request("n a fraction", with("\"n\":1.5"), "n"));
    bad.add(request("max_tokens a text", with("\"max_tokens\":\"5\""), "max_tokens"));
    bad.add(request("tools an object", with("\"tools\":{}"), "tools"));
    bad.add(request("too many tools", with("\"tools\":[" + "{},".repeat(2048) + "{}]"), "tools"));
    bad.add(
        request(
            "a tool without a name",
            with("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"\"}}]"),
            "tools[0].function.name"));
    bad.add(
        request(
            "an unknown tool chosen",
            with("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}"),
            "tool_choice"));
    bad.add(
        Bad.of(
            "embeddings of nothing",
            "/v1/embeddings",
            "{\"model\":\"gpt-5\"}",
            "invalid_request",
            "input"));
    bad.add(
        Bad.of(
            "a response without a model",
            "/v1/responses",
            "{\"input\":\"x\"}",
            "missing_model",
            "model"));
    bad.add(
        Bad.of(
            "a response that is no object", "/v1/responses", "[]", "invalid_request_body", null));

    List<Arguments> all = new ArrayList<>();
    for (Caller caller : Caller.values()) {
      bad.forEach(one -> all.add(Arguments.argumentSet(caller + ": " + one.name, caller, one)));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void isRefusedInTheClientsFormatAndNothingIsSent(Caller caller, Bad bad) throws Exception {
    GatewayRequest request =
        GatewayRequest.post(bad.path, Body.of(bad.body))
            .header("content-type", "application/json")
            .build();
    Answer answer = caller.send(gateway, request);
    assertThat(answer.status()).isEqualTo(bad.status);
    assertThat(answer.code()).isEqualTo(bad.code);
    assertThat(answer.error().string("type")).contains("invalid_request_error");
    assertThat(answer.error().string("param").orElse(null)).isEqualTo(bad.param);
    assertThat(answer.error().string("message").orElse("")).isNotEmpty().hasSizeLessThan(1000);
    assertThat(answer.headers().get("content-type")).isEqualTo("application/json");
    assertThat(answer.headers().get("x-gateway-request-id")).isNotEmpty();
    assertThat(provider.calls).isEmpty();
    servesTheNext(caller);
  }

  static List<Arguments> oddButGood() {
    List<Arguments> all = new ArrayList<>();
    for (Caller caller : Caller.values()) {
      for (String body :
          List.of(
              "\ufeff" + GOOD,
              with("\"user\":\"\\ud800\""),
              "{\"model\":5,\"model\":\"gpt-5\",\"messages\":[]}",
              messages("[{\"role\":\"user\",\"content\":null}]"),
              messages("[]"),
              messages("[{\"role\":\"oracle\"}]"),
              with("\"max_completion_tokens\":-1"),
              with("\"temperature\":1e400"),
              with("\"x\":" + "[".repeat(250) + "]".repeat(250)))) {
        all.add(Arguments.of(caller, body));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("oddButGood")
  void whatIsForTheProviderToJudgeArrivesAsItWas(Caller caller, String body) throws Exception {
    assertThat(caller.post(gateway, CHAT, body).status()).isEqualTo(200);
    assertThat(provider.calls.getFirst().content()).isEqualTo(body.getBytes(UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void aBodyOverTheLimitIsRefused(Caller caller) throws Exception {
    byte[] body = with("\"x\":\"" + "a".repeat(32 << 20) + '"').getBytes(UTF_8);
    Answer answer = caller.send(gateway, GatewayRequest.post(CHAT, Body.of(body)).build());
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("request_body_too_large");
    assertThat(provider.calls).isEmpty();
    servesTheNext(caller);
  }

  @ParameterizedTest
  @EnumSource
  void bombsAreRefused(Caller caller) throws Exception {
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(new byte[200 << 20]);
    }
    ByteArrayOutputStream deflate = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(deflate)) {
      out.write(new byte[200 << 20]);
    }
    for (Answer answer :
        List.of(
            caller.send(gateway, encoded("gzip", gzip.toByteArray())),
            caller.send(gateway, encoded("deflate", deflate.toByteArray())))) {
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.code()).isEqualTo("request_body_too_large");
    }
    assertThat(provider.calls).isEmpty();
    servesTheNext(caller);
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeDecodedIsRefused(Caller caller) throws Exception {
    byte[] good = gzip(GOOD);
    byte[] cut = java.util.Arrays.copyOf(good, good.length - 12);
    assertRefused(caller.send(gateway, encoded("gzip", cut)), 400, "request_body_decode_failed");
    assertRefused(
        caller.send(gateway, encoded("gzip", GOOD.getBytes(UTF_8))),
        400,
        "request_body_decode_failed");
    assertRefused(
        caller.send(gateway, encoded("deflate", new byte[] {1, 2, 3})),
        400,
        "request_body_decode_failed");
    assertRefused(caller.send(gateway, encoded("br", good)), 415, "unsupported_media_type");
    assertRefused(caller.send(gateway, encoded("gzip, gzip", good)), 415, "unsupported_media_type");
    assertThat(provider.calls).isEmpty();
    assertThat(caller.send(gateway, encoded("gzip", good)).status()).isEqualTo(200);
    assertThat(provider.calls.getFirst().body()).isEqualTo(GOOD);
    assertThat(provider.calls.getFirst().head().toLowerCase()).doesNotContain("content-encoding");
  }

  @ParameterizedTest
  @EnumSource
  void formsAreRefused(Caller caller) throws Exception {
    for (String type : List.of("multipart/form-data; boundary=x", "MULTIPART/mixed")) {
      GatewayRequest request =
          GatewayRequest.post(CHAT, Body.of(GOOD)).header("content-type", type).build();
      assertRefused(caller.send(gateway, request), 415, "unsupported_media_type");
    }
    assertThat(provider.calls).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void methodsAndPathsAreTold(Caller caller) throws Exception {
    Answer method = caller.send(gateway, GatewayRequest.get(CHAT).build());
    assertRefused(method, 405, "method_not_allowed");
    assertThat(method.headers().get("allow")).isEqualTo("POST");
    assertRefused(
        caller.send(gateway, GatewayRequest.get("/v1/models/claude-x").build()),
        404,
        "model_not_found");
    assertThat(provider.calls).isEmpty();
  }

  @Test
  void aBodyThatIsCutShortReachesNobody() throws Exception {
    try (Socket socket = Caller.open(gateway)) {
      String head = "POST " + CHAT + " HTTP/1.1\r\nhost: g\r\ncontent-length: 500\r\n\r\n";
      socket.getOutputStream().write((head + GOOD).getBytes(ISO_8859_1));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    }
    assertThat(provider.calls).isEmpty();
    servesTheNext(Caller.LISTENER);
  }

  @Test
  void chunksThatAreCutShortReachNobody() throws Exception {
    try (Socket socket = Caller.open(gateway)) {
      String head = "POST " + CHAT + " HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\n";
      String chunk = Integer.toHexString(GOOD.length()) + "\r\n" + GOOD + "\r\n";
      socket.getOutputStream().write((head + chunk).getBytes(ISO_8859_1));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    }
    assertThat(provider.calls).isEmpty();
    servesTheNext(Caller.LISTENER);
  }

  @Test
  void theConnectionServesOnAfterARefusal() throws Exception {
    try (Socket socket = Caller.open(gateway)) {
      socket.getOutputStream().write(Caller.bytes(Caller.request(CHAT, "[]"), ""));
      assertThat(Caller.answer(socket.getInputStream()).status()).isEqualTo(400);
      socket.getOutputStream().write(Caller.bytes(Caller.request(CHAT, GOOD), ""));
      assertThat(Caller.answer(socket.getInputStream()).status()).isEqualTo(200);
    }
  }

  private void servesTheNext(Caller caller) throws IOException {
    Answer next = caller.post(gateway, CHAT, GOOD);
    assertThat(next.status()).isEqualTo(200);
    assertThat(Json.parse(next.body()).string("id")).contains("c1");
  }

  private static void assertRefused(Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  private static Bad body(String name, String body) {
    return Bad.of(name, CHAT, body, "invalid_request_body", null);
  }

  private static Bad latin(String name, String body) {
    return new Bad(name, CHAT, body.getBytes(ISO_8859_1), 400, "invalid_request_body", null);
  }

  private static Bad model(String model, String code) {
    String shown = model.length() > 20 ? "a long model" : "model " + model.replace("\\", "");
    String body = "{\"model\":" + model + ",\"messages\":[]}";
    return Bad.of(shown, CHAT, body, code, "model");
  }

  private static Bad request(String name, String body, String param) {
    return Bad.of(name, CHAT, body, "invalid_request", param);
  }

  private static String with(String member) {
    return "{\"model\":\"gpt-5\",\"messages\":[]," + member + "}";
  }

  private static String messages(String messages) {
    return "{\"model\":\"gpt-5\",\"messages\":" + messages + "}";
  }

  private static byte[] gzip(String body) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(body.getBytes(UTF_8));
    }
    return zipped.toByteArray();
  }

  private static GatewayRequest encoded(String encoding, byte[] body) {
    return GatewayRequest.post(CHAT, Body.of(body))
        .header("content-type", "application/json")
        .header("content-encoding", encoding)
        .build();
  }
}
