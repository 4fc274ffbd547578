package dev.postern.examples.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Bind;
import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import dev.postern.core.telemetry.MetricLabels;
import dev.postern.core.telemetry.Tracing;
import dev.postern.core.testing.FreePorts;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The variable {@code llm} in logs, spans and policies of models, of whole answers and streams. */
class LlmExpressionsTest {
  private static final String ASKED =
      "{\"model\":\"gpt-5\",\"temperature\":0.5,\"max_tokens\":20,\"messages\":["
          + "{\"role\":\"system\",\"content\":\"Be brief\"},"
          + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"},"
          + "{\"type\":\"text\",\"text\":\"you\"}]}]}";
  private static final String STREAMED = ASKED.replace("{\"model\"", "{\"stream\":true,\"model\"");
  private static final String ANSWER =
      """
      {"id":"c1","object":"chat.completion","created":1,"model":"gpt-5-2026","service_tier":"flex",\
      "choices":[{"index":0,"message":{"role":"assistant","content":"Hello","tool_calls":[{"id":\
      "t1","type":"function","function":{"name":"add","arguments":"{\\"a\\":1}"}}]},\
      "finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,\
      "prompt_tokens_details":{"cached_tokens":3,"text_tokens":8,"image_tokens":1},\
      "completion_tokens_details":{"reasoning_tokens":2}}}
      """;
  private static final String EVENTS =
      """
      data: {"id":"c1","model":"gpt-5-2026","service_tier":"flex","choices":[{"index":0,"delta":\
      {"role":"assistant","content":"Hel"}}]}

      data: {"id":"c1","choices":[{"index":0,"delta":{"content":"lo","tool_calls":[{"index":0,\
      "id":"t1","function":{"name":"add","arguments":"{\\"a\\""}}]}}]}

      data: {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":\
      {"arguments":":1}"}}]}}]}

      data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

      data: {"id":"c1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,\
      "total_tokens":13,"prompt_tokens_details":{"cached_tokens":3,"text_tokens":8,\
      "image_tokens":1},"completion_tokens_details":{"reasoning_tokens":2}}}

      data: [DONE]

      """;
  private static final AccessLog SETTINGS =
      AccessLog.DEFAULT
          .filter("llm.totalTokens > 10")
          .add("who", "[llm.provider, llm.requestModel, llm.responseModel, llm.serviceTier]")
          .add("in", "[llm.inputTokens, llm.cachedInputTokens, llm.inputImageTokens]")
          .add("out", "[llm.outputTokens, llm.reasoningTokens, llm.providerTotalTokens]")
          .add("streaming", "llm.streaming")
          .add("ttft", "has(llm.timeToFirstToken)")
          .add("params", "llm.params")
          .add("prompt", "llm.prompt.map(m, m.role + ': ' + m.content)")
          .add("completion", "llm.completion")
          .add("tools", "llm.toolCalls.map(t, t.id + ' ' + t.name + ' ' + t.arguments)");
  private static final String YAML =
      """
      gateways:
        default: {port: 4000}
      frontendPolicies:
        accessLog:
          filter: llm.totalTokens > 10
          add:
            who: "[llm.provider, llm.requestModel, llm.responseModel, llm.serviceTier]"
            in: "[llm.inputTokens, llm.cachedInputTokens, llm.inputImageTokens]"
            out: "[llm.outputTokens, llm.reasoningTokens, llm.providerTotalTokens]"
            streaming: llm.streaming
            ttft: has(llm.timeToFirstToken)
            params: llm.params
            prompt: "llm.prompt.map(m, m.role + ': ' + m.content)"
            completion: llm.completion
            tools: llm.toolCalls.map(t, t.id + ' ' + t.name + ' ' + t.arguments)
      routes:
      - name: models
        backends:
        - ai:
            groups:
            - providers:
              - {name: models, provider: {openAI: {}}, baseUrl: "http://${HOST}/v1"}
      """;

  private final MockWebServer provider = new MockWebServer();
  private final List<String> log = new CopyOnWriteArrayList<>();

  /** One way to say it and one way in. */
  record Way(boolean file, boolean socket) {}

  static Stream<Way> ways() {
    return Stream.of(
        new Way(false, false), new Way(false, true), new Way(true, false), new Way(true, true));
  }

  @BeforeEach
  void start() throws IOException {
    provider.start();
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aWholeAnswerIsTold(Way way) throws IOException {
    provider.enqueue(json());
    try (Gateway gateway = gateway(way)) {
      assertThat(send(way, gateway, ASKED)).isEqualTo(ANSWER);
    }

    assertThat(log).singleElement().asString().endsWith(told(false));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aStreamIsToldWhenItHasEnded(Way way) throws IOException {
    provider.enqueue(events());
    try (Gateway gateway = gateway(way)) {
      assertThat(send(way, gateway, STREAMED)).contains("\"Hel\"", "[DONE]");
    }

    assertThat(log).singleElement().asString().endsWith(told(true));
  }

  private static String told(boolean streamed) {
    return ",\"who\":[\"openai\",\"gpt-5\",\"gpt-5-2026\",\"flex\"],\"in\":[9,3,1],"
        + "\"out\":[4,2,13],\"streaming\":"
        + streamed
        + ",\"ttft\":"
        + streamed
        + ",\"params\":{\"temperature\":0.5,\"max_tokens\":20},"
        + "\"prompt\":[\"system: Be brief\",\"user: Hi\\nyou\"],\"completion\":[\"Hello\"],"
        + "\"tools\":[\"t1 add {\\\"a\\\":1}\"]}";
  }

  @Test
  void nothingIsCollectedForWhomNobodyAsks() throws IOException {
    provider.enqueue(json());
    AccessLog settings = AccessLog.DEFAULT.add("n", "llm.outputTokens");
    try (Gateway gateway = gateway(settings, Tracing.DEFAULT, OpenTelemetrySdk.builder().build())) {
      assertThat(send(new Way(false, false), gateway, ASKED)).isEqualTo(ANSWER);
    }

    assertThat(log).singleElement().asString().endsWith(",\"n\":4}").doesNotContain("Hello");
  }

  @Test
  void spansShowWhatTheModelSaid() throws IOException {
    provider.enqueue(events());
    Spans spans = new Spans();
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(spans).build())
            .build();
    Tracing tracing =
        Tracing.DEFAULT
            .randomSampling(1)
            .attribute("span.name", "'chat ' + llm.requestModel")
            .attribute("gen_ai.system", "llm.provider")
            .attribute("gen_ai.usage.prompt_tokens", "llm.inputTokens")
            .attribute("said", "llm.completion[0]");
    try (Gateway gateway = gateway(AccessLog.DEFAULT, tracing, sdk)) {
      assertThat(send(new Way(false, true), gateway, STREAMED)).contains("[DONE]");
    }
    sdk.close();

    ReadableSpan server = spans.ended.getLast();
    assertThat(server.getName()).isEqualTo("chat gpt-5");
    assertThat(server.getAttribute(AttributeKey.stringKey("gen_ai.system"))).isEqualTo("openai");
    assertThat(server.getAttribute(AttributeKey.longKey("gen_ai.usage.prompt_tokens")))
        .isEqualTo(9);
    assertThat(server.getAttribute(AttributeKey.stringKey("said"))).isEqualTo("Hello");
  }

  @Test
  void policiesOfAModelKnowTheCall() throws IOException {
    Authorization rule =
        Authorization.of(
            Rule.allow(
                "llm.provider == 'openai' && llm.requestModel.startsWith('gpt-')"
                    + " && llm.params.max_tokens <= 20 && llm.prompt.size() == 2"
                    + " && !llm.streaming"));
    try (Gateway gateway =
        Gateway.builder().route("models", route -> route.backend(backend(rule))).build()) {
      provider.enqueue(json());
      assertThat(send(new Way(false, false), gateway, ASKED)).isEqualTo(ANSWER);
      assertThat(send(new Way(false, false), gateway, STREAMED)).contains("authorization failed");
    }
  }

  @Test
  void otherPlacesDoNotKnowItYet() {
    assertThatThrownBy(() ->
            Gateway.builder()
                .route(
                    "models",
                    route ->
                        route
                            .policy(Authorization.of(Rule.allow("llm.streaming")))
                            .backend(backend()))
                .build())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(
            "llm does not exist here: it exists in policies of LLM backends, on the way back, and"
                + " in logs");
    assertThatThrownBy(() ->
            Gateway.builder()
                .route(
                    "models",
                    route ->
                        route.backend(
                            backend(Authorization.of(Rule.allow("llm.outputTokens < 3")))))
                .build())
        .hasMessageContaining("unknown field outputTokens");
  }

  @Test
  void pricesAreUnknownNames() {
    assertThatThrownBy(() ->
            gateway(
                AccessLog.DEFAULT.add("cost", "llm.cost.total"),
                Tracing.DEFAULT,
                OpenTelemetrySdk.builder().build()))
        .hasMessageContaining("frontendPolicies.accessLog.add.cost: unknown field cost");
  }

  @Test
  void logsMayNameModelsWhereThereAreNone() {
    GatewayConfig config =
        GatewayConfig.builder()
            .frontendPolicies(
                FrontendPolicies.builder()
                    .accessLog(AccessLog.DEFAULT.add("model", "llm.requestModel"))
                    .metrics(MetricLabels.DEFAULT.add("model", "llm.responseModel"))
                    .build())
            .build();
    Gateway.from(config).close();
  }

  private Gateway gateway(Way way) throws IOException {
    Gateway gateway =
        way.file()
            ? Gateway.builder()
                .config(FreePorts.of(file()))
                .accessLog(LogSink.lines(log::add), AccessLog.Format.JSON)
                .build()
            : gateway(SETTINGS, Tracing.DEFAULT, OpenTelemetrySdk.builder().build());
    return way.file() && way.socket() ? gateway.start() : gateway;
  }

  private GatewayConfig file() {
    Map<String, String> variables = Map.of("HOST", "127.0.0.1:" + provider.getPort());
    return Configs.parse(
            "<test>", YAML, LoadOptions.DEFAULTS.variables(VariableResolver.of(variables)))
        .config();
  }

  private Gateway gateway(AccessLog settings, Tracing tracing, OpenTelemetrySdk sdk)
      throws IOException {
    return Gateway.builder()
        .openTelemetry(sdk)
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .accessLog(LogSink.lines(log::add), AccessLog.Format.JSON)
        .frontendPolicies(FrontendPolicies.builder().accessLog(settings).tracing(tracing).build())
        .route("models", route -> route.backend(backend()))
        .build()
        .start();
  }

  private LlmBackend backend(dev.postern.core.spi.Policy... policies) {
    PolicySet set = PolicySet.EMPTY;
    for (dev.postern.core.spi.Policy policy : policies) {
      set = set.plus(policy);
    }
    return LlmBackend.builder()
        .provider(
            NamedProvider.of("models", OpenAi.withoutKey())
                .baseUrl("http://127.0.0.1:" + provider.getPort() + "/v1")
                .policies(set))
        .build();
  }

  private static String send(Way way, Gateway gateway, String body) throws IOException {
    if (!way.socket()) {
      var response =
          gateway.handle(
              GatewayRequest.post("/v1/chat/completions", Body.of(body))
                  .header("content-type", "application/json")
                  .build());
      return new String(response.body().readAll(Long.MAX_VALUE), UTF_8);
    }
    Request request =
        new Request.Builder()
            .url("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions")
            .post(RequestBody.create(body, MediaType.get("application/json")))
            .build();
    try (Response response = new OkHttpClient().newCall(request).execute()) {
      return response.body().string();
    }
  }

  private static MockResponse json() {
    return new MockResponse.Builder()
        .addHeader("content-type", "application/json")
        .body(ANSWER)
        .build();
  }

  private static MockResponse events() {
    return new MockResponse.Builder()
        .addHeader("content-type", "text/event-stream")
        .body(EVENTS)
        .build();
  }

  /** Keeps the spans that have ended. */
  private static final class Spans implements SpanProcessor {
    private final List<ReadableSpan> ended = new CopyOnWriteArrayList<>();

    @Override
    public void onStart(io.opentelemetry.context.Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      ended.add(span);
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
