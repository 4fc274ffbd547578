package dev.postern.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.telemetry.Metrics;
import dev.postern.core.telemetry.Telemetry;
import dev.postern.core.text.Secret;
import dev.postern.llm.provider.compatible.Preset;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import dev.postern.llm.usage.AttemptOutcome;
import dev.postern.llm.usage.LlmMetrics;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LlmMetricsTest {
  @RegisterExtension
  static final OpenTelemetryExtension TELEMETRY = OpenTelemetryExtension.create();

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
                .build(),
            TELEMETRY.getOpenTelemetry());
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.close();
  }

  @Test
  void tokensAndTimesAreCountedUnderTheModel() throws Exception {
    server.enqueue(StreamTest.stream(Streams.CHUNKS, 5000));
    gateway.answer(TestGateway.chat(Streams.REQUEST));

    Map<String, Double> tokens = new LinkedHashMap<>();
    for (HistogramPointData point : histogram("agentgateway_gen_ai_client_token_usage")) {
      tokens.put(label(point, "gen_ai_token_type"), point.getSum());
      assertThat(label(point, "gen_ai_request_model")).isEqualTo("gpt-4.1-mini");
      assertThat(label(point, "gen_ai_response_model")).isEqualTo("gpt-4.1-mini-2025-04-14");
      assertThat(label(point, "gen_ai_system")).isEqualTo("openai");
      assertThat(label(point, "gen_ai_operation_name")).isEqualTo("chat");
      assertThat(label(point, "route")).isEqualTo("llm");
    }
    assertThat(tokens).containsOnly(Map.entry("input", 9.0), Map.entry("output", 2.0));
    assertThat(histogram("agentgateway_gen_ai_server_request_duration")).hasSize(1);
    assertThat(histogram("agentgateway_gen_ai_server_time_to_first_token")).hasSize(1);
    assertThat(histogram("agentgateway_gen_ai_server_time_per_output_token")).hasSize(1);
  }

  @Test
  void triesAndEvictionsAreCounted() throws Exception {
    gateway.close();
    gateway =
        new TestGateway(
            LlmBackend.builder()
                .group(
                    NamedProvider.of("first", OpenAi.withKey(Secret.of("k")))
                        .baseUrl(server.url("/v1").toString()))
                .group(
                    NamedProvider.of("second", Preset.withKey("groq", Secret.of("k")))
                        .baseUrl(server.url("/v1").toString()))
                .build(),
            TELEMETRY.getOpenTelemetry());
    server.enqueue(new MockResponse.Builder().code(429).build());
    server.enqueue(new MockResponse.Builder().code(400).build());
    gateway.answer(TestGateway.chat("{\"model\":\"m\",\"messages\":[]}"));

    assertThat(counts("agentgateway_llm_attempts"))
        .containsOnly(
            Map.entry(attributes("provider", "openai", "outcome", "rate_limited"), 1L),
            Map.entry(attributes("provider", "groq", "outcome", "refused"), 1L));
    assertThat(counts("agentgateway_llm_evictions"))
        .containsOnly(Map.entry(Attributes.of(AttributeKey.stringKey("provider"), "openai"), 1L));
  }

  @Test
  void metricsThatAreRemovedAreNotCollected() {
    try (Telemetry telemetry =
        Telemetry.builder()
            .openTelemetry(TELEMETRY.getOpenTelemetry())
            .metrics(new Metrics(List.of("agentgateway_llm_attempts_total"), 10))
            .build()) {
      LlmMetrics metrics = new LlmMetrics(telemetry);
      metrics.attempted("openai", AttemptOutcome.SUCCESS);
      metrics.evicted("openai");
    }
    assertThat(TELEMETRY.getMetrics())
        .extracting(MetricData::getName)
        .contains("agentgateway_llm_evictions")
        .doesNotContain("agentgateway_llm_attempts");
  }

  private static Attributes attributes(String name, String value, String other, String more) {
    return Attributes.of(AttributeKey.stringKey(name), value, AttributeKey.stringKey(other), more);
  }

  private static Map<Attributes, Long> counts(String name) {
    Map<Attributes, Long> counts = new LinkedHashMap<>();
    for (MetricData metric : TELEMETRY.getMetrics()) {
      if (metric.getName().equals(name)) {
        metric
            .getLongSumData()
            .getPoints()
            .forEach(point -> counts.put(point.getAttributes(), point.getValue()));
      }
    }
    return counts;
  }

  @Test
  void theLogGetsTheNamesOfTheConventionsInOrder() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .addHeader("content-type", "application/json")
            .body(
                "{\"model\":\"m-1\",\"choices\":[{\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}")
            .build());
    gateway.answer(
        TestGateway.chat("{\"model\":\"m\",\"messages\":[],\"temperature\":0.5,\"max_tokens\":7}"));

    Map<String, Object> fields = new LinkedHashMap<>();
    gateway
        .record()
        .writeTo(
            new RequestRecord.FieldSink() {
              @Override
              public void field(String name, String value) {
                fields.put(name, value);
              }

              @Override
              public void field(String name, long value) {
                fields.put(name, value);
              }

              @Override
              public void field(String name, double value) {
                fields.put(name, value);
              }
            });
    assertThat(fields)
        .containsExactly(
            Map.entry("gen_ai.operation.name", "chat"),
            Map.entry("gen_ai.provider.name", "openai"),
            Map.entry("gen_ai.request.model", "m"),
            Map.entry("gen_ai.response.model", "m-1"),
            Map.entry("gen_ai.usage.input_tokens", 1L),
            Map.entry("gen_ai.usage.output_tokens", 2L),
            Map.entry("gen_ai.request.temperature", 0.5),
            Map.entry("gen_ai.request.max_tokens", 7L),
            Map.entry("gen_ai.response.finish_reasons", "stop"));
  }

  private static Iterable<HistogramPointData> histogram(String name) {
    for (MetricData metric : TELEMETRY.getMetrics()) {
      if (metric.getName().equals(name)) {
        return java.util.List.copyOf(metric.getHistogramData().getPoints());
      }
    }
    throw new AssertionError("no metric " + name);
  }

  private static String label(HistogramPointData point, String name) {
    return point.getAttributes().get(AttributeKey.stringKey(name));
  }
}
