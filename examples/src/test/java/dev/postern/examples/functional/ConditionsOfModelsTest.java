package dev.postern.examples.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.core.Gateway;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.testing.FreePorts;
import dev.postern.examples.functional.SdkGateway.Door;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Expressions of retry, health and session affinity over providers of models, from a file. */
class ConditionsOfModelsTest {
  private static final String YAML =
      """
      gateways:
        default: {port: 4000}
      routes:
      - policies:
          retry:
            attempts: 1
            precondition: request.json.model == "m" && request.headers["x-again"] != "no"
            condition: response.json.choices[0].finish_reason == "content_filter"
        backends:
        - ai:
            groups:
            - providers:
              - {name: first, baseUrl: "${FIRST}", provider: {openAI: {apiKey: k}}}
            - providers:
              - {name: second, baseUrl: "${SECOND}", provider: {openAI: {apiKey: k}}}
          policies:
            sessionAffinity: {source: 'request.headers["x-user"]'}
            health:
              unhealthyExpression: response.code == 451
              eviction: {duration: 5m}
      """;

  private final MockWebServer first = new MockWebServer();
  private final MockWebServer second = new MockWebServer();
  private final Counts counts = new Counts();
  private final SdkMeterProvider meters =
      SdkMeterProvider.builder()
          .registerMetricReader(
              PeriodicMetricReader.builder(counts).setInterval(Duration.ofDays(1)).build())
          .build();

  private Gateway gateway;

  @BeforeEach
  void start() throws IOException {
    first.start();
    second.start();
    String yaml =
        YAML.replace("${FIRST}", first.url("/v1").toString())
            .replace("${SECOND}", second.url("/v1").toString());
    OpenTelemetry telemetry = OpenTelemetrySdk.builder().setMeterProvider(meters).build();
    gateway =
        Gateway.builder()
            .config(FreePorts.of(Configs.fromYaml(yaml)))
            .openTelemetry(telemetry)
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    gateway.close(Duration.ZERO);
    meters.close();
    first.close();
    second.close();
  }

  private static MockResponse answer(int status, String finishReason) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("content-type", "application/json")
        .body("{\"choices\":[{\"finish_reason\":\"" + finishReason + "\"}]}")
        .build();
  }

  /** Returns the status and who answered. */
  private String call(Door door, String again) throws Exception {
    String body = "{\"model\":\"m\",\"messages\":[]}";
    if (door == Door.IN_PROCESS) {
      GatewayRequest request =
          GatewayRequest.post("/v1/chat/completions", Body.of(body))
              .header("content-type", "application/json")
              .header("x-again", again)
              .build();
      try (GatewayResponse response = gateway.handle(request)) {
        assertThat(new String(response.body().readAll(1000), UTF_8)).contains("finish_reason");
        return response.status() + " " + response.header("x-gateway-provider");
      }
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
                  .header("content-type", "application/json")
                  .header("x-again", again)
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.body()).contains("finish_reason");
      return response.statusCode()
          + " "
          + response.headers().firstValue("x-gateway-provider").orElseThrow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerThatWasFilteredMovesOn(Door door) throws Exception {
    first.enqueue(answer(200, "content_filter"));
    second.enqueue(answer(200, "stop"));
    assertThat(call(door, "yes")).isEqualTo("200 second");
  }

  @ParameterizedTest
  @EnumSource
  void withoutThePreconditionItIsRelayed(Door door) throws Exception {
    first.enqueue(answer(200, "content_filter"));
    assertThat(call(door, "no")).isEqualTo("200 first");
    assertThat(second.getRequestCount()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aProviderIsTakenOutByTheCondition(Door door) throws Exception {
    first.enqueue(answer(451, "stop"));
    second.enqueue(answer(200, "stop"));
    assertThat(call(door, "no")).isEqualTo("451 first");
    assertThat(call(door, "no")).isEqualTo("200 second");
  }

  @Test
  void expressionsWithoutAValueAreCounted() throws Exception {
    first.enqueue(
        new MockResponse.Builder()
            .addHeader("content-type", "application/json")
            .body("{\"finish_reason\":1}")
            .build());
    assertThat(call(Door.IN_PROCESS, "yes")).isEqualTo("200 first");
    meters.forceFlush().join(10, TimeUnit.SECONDS);
    assertThat(counts.errors)
        .containsOnly(
            Map.entry("response.json.choices[0].finish_reason == \"content_filter\" missing", 1L),
            Map.entry("request.headers[\"x-user\"] missing", 1L));
  }

  @Test
  void whatDoesNotExistThereIsRefusedWithItsPlace() {
    String yaml =
        """
        llm:
          port: 4000
          models:
          - name: m
            provider: openAI
            health:
              unhealthyExpression: response.cod == 1
        """;
    LoadedConfig loaded = Configs.parse("llm.yaml", yaml, LoadOptions.DEFAULTS);
    InvalidConfigurationException refused =
        catchThrowableOfType(
            InvalidConfigurationException.class, () -> Gateway.from(loaded.config()));
    assertThat(loaded.locate(refused).diagnostics())
        .singleElement()
        .asString()
        .contains("llm.yaml:7:37")
        .contains("llm.models[0].health.unhealthyExpression: unknown field cod")
        .contains("did you mean code?");
  }

  /** Keeps what was counted of expressions without a value. */
  private static final class Counts implements MetricExporter {
    final Map<String, Long> errors = new ConcurrentHashMap<>();

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      for (MetricData metric : metrics) {
        if (metric.getName().equals("agentgateway_cel_errors")) {
          metric
              .getLongSumData()
              .getPoints()
              .forEach(point ->
                  errors.put(
                      point.getAttributes().get(AttributeKey.stringKey("expression"))
                          + " "
                          + point.getAttributes().get(AttributeKey.stringKey("kind")),
                      point.getValue()));
        }
      }
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }
  }
}
