package dev.postern.llm;

import static dev.postern.llm.TestGateway.chat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import dev.postern.llm.usage.LlmRecord;
import java.io.IOException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LlmBackendTest {
  private static final String REQUEST =
      """
      { "model" : "gpt-4.1-mini",\t"temperature":1e-5, "big": 12345678901234567890123, "dup":1,
        "dup": 2.0, "messages":[{"role":"user","content":"h\\u00e9llo \\ud83c\\udf89"}], "x": {} }
      """;
  private static final String ANSWER =
      """
      {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4.1-mini-2025-04-14",
       "choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
       "usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,
       "prompt_tokens_details":{"cached_tokens":4}}}
      """;

  private final MockWebServer server = new MockWebServer();
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    server.start();
    gateway = new TestGateway(backend(OpenAi.withKey(Secret.of("sk-gateway"))));
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.close();
  }

  private LlmBackend backend(OpenAi provider) {
    return LlmBackend.builder()
        .provider(NamedProvider.of("main", provider).baseUrl(server.url("/v1").toString()))
        .build();
  }

  @Test
  void relaysRequestAndAnswerByteForByte() throws Exception {
    server.enqueue(json(ANSWER));

    GatewayResponse response = gateway.handle(chat(REQUEST));

    assertThat(response.status()).isEqualTo(200);
    assertThat(TestGateway.text(response)).isEqualTo(ANSWER);
    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getTarget()).isEqualTo("/v1/chat/completions");
    assertThat(sent.getBody().utf8()).isEqualTo(REQUEST);
    assertThat(sent.getHeaders().get("authorization")).isEqualTo("Bearer sk-gateway");
    assertThat(sent.getHeaders().get("accept-encoding")).isEqualTo("identity");
  }

  @Test
  void recordsWhatTheAnswerTells() throws Exception {
    server.enqueue(json(ANSWER));

    gateway.answer(chat(REQUEST));

    LlmRecord record = gateway.record();
    assertThat(record.requestModel()).isEqualTo("gpt-4.1-mini");
    assertThat(record.responseModel()).isEqualTo("gpt-4.1-mini-2025-04-14");
    assertThat(record.responseId()).isEqualTo("chatcmpl-1");
    assertThat(record.finishReason()).isEqualTo("stop");
    assertThat(record.provider()).isEqualTo("openai");
    assertThat(record.usage().input()).isEqualTo(9);
    assertThat(record.usage().cacheRead()).isEqualTo(4);
    assertThat(record.usage().output()).isEqualTo(2);
  }

  @Test
  void sendsNeitherTheClientsCredentialsNorTheGatewaysOwnHeaders() throws Exception {
    server.enqueue(json(ANSWER));

    GatewayRequest request =
        chat(REQUEST).toBuilder()
            .target("/v1/chat/completions?key=secret&trace=1")
            .header("authorization", "Bearer client")
            .header("x-api-key", "client")
            .header("api-key", "client")
            .header("cookie", "a=b")
            .header("x-gateway-strict", "true")
            .header("anthropic-version", "2023-06-01")
            .header("openai-organization", "org")
            .header("x-custom", "kept")
            .build();
    gateway.answer(request);

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getTarget()).isEqualTo("/v1/chat/completions?trace=1");
    assertThat(sent.getHeaders().values("authorization")).containsExactly("Bearer sk-gateway");
    assertThat(sent.getHeaders().names())
        .contains("openai-organization", "x-custom")
        .doesNotContain("x-api-key", "api-key", "cookie", "x-gateway-strict", "anthropic-version");
  }

  @Test
  void relaysAStreamAndTakesTheUninvitedUsageOut() throws Exception {
    server.enqueue(stream(Streams.CHUNKS));

    GatewayResponse response = gateway.handle(chat(Streams.REQUEST));

    assertThat(response.header("content-type")).startsWith("text/event-stream");
    assertThat(TestGateway.text(response)).isEqualTo(Streams.CHUNKS.replace(Streams.USAGE, ""));
    assertThat(server.takeRequest().getBody().utf8())
        .isEqualTo(
            Streams.REQUEST.replace("}\n", ",\"stream_options\":{\"include_usage\":true}}\n"));
    LlmRecord record = gateway.record();
    assertThat(record.usage().output()).isEqualTo(2);
    assertThat(record.finishReason()).isEqualTo("stop");
    assertThat(record.responseModel()).isEqualTo("gpt-4.1-mini-2025-04-14");
    assertThat(record.timeToFirstToken()).isPositive();
  }

  private static MockResponse json(String body) {
    return new MockResponse.Builder()
        .addHeader("content-type", "application/json")
        .body(body)
        .build();
  }

  private static MockResponse stream(String body) {
    return new MockResponse.Builder()
        .addHeader("content-type", "text/event-stream")
        .chunkedBody(new Buffer().write(body.getBytes(UTF_8)), 64)
        .build();
  }
}
