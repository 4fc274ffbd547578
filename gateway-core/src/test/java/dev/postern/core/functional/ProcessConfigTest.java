package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.telemetry.LogSink;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the section {@code config} of a file does to a gateway that an application embeds. */
class ProcessConfigTest {
  private final StringBuilder log = new StringBuilder();
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();

  /** Serves one request over a socket; answers metrics, and fills the log. */
  private List<String> serve(String config) throws Exception {
    GatewayConfig written =
        Configs.fromYaml(
            "config: "
                + config
                + """

                gateways: {default: {port: 1}}
                routes: [{backends: [{invalid: null}]}]
                """);
    GatewayConfig file =
        new GatewayConfig(
            written.config(),
            Map.of("default", Bind.port(0).address("127.0.0.1")),
            written.routes(),
            written.backends(),
            written.policies(),
            written.frontendPolicies(),
            written.sections());
    try (OpenTelemetrySdk sdk =
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
                .build();
        Gateway gateway =
            Gateway.builder()
                .config(file)
                .openTelemetry(sdk)
                .accessLog(LogSink.to(log))
                .build()
                .start()) {
      String answer =
          Wire.exchange(gateway.port(), "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 5");
      return metrics.collectAllMetrics().stream().map(MetricData::getName).toList();
    }
  }

  @Test
  void metricsThatAreRemovedAreNotCollected() throws Exception {
    assertThat(
            serve("{metrics: {remove: [request_duration_seconds, agentgateway_requests_total]}}"))
        .contains("agentgateway_downstream_connections", "agentgateway_response_bytes")
        .doesNotContain("agentgateway_requests", "agentgateway_request_duration_seconds");
  }

  @Test
  void logsAreTextUnlessTheyAreToBeJson() throws Exception {
    assertThat(serve("{}")).isNotEmpty();

    assertThat(log).contains("\tinfo\trequest ").contains(" duration=");
  }

  @Test
  void logsHaveTheFormatAndTheFieldsOfTheFile() throws Exception {
    assertThat(serve("{logging: {format: json, fields: {remove: [duration]}}}")).isNotEmpty();

    assertThat(log).startsWith("{\"level\":\"info\"").doesNotContain("\"duration\"");
  }

  @Test
  void logsHaveTheLevelOfTheFile() throws Exception {
    assertThat(serve("{logging: {level: 'warn,request=debug'}}")).isNotEmpty();
    assertThat(log).contains(" connection.id=");
  }

  @Test
  void theAccessLogIsSilentWhenItIsOff() throws Exception {
    assertThat(serve("{logging: {level: request=off}}")).isNotEmpty();
    assertThat(log).isEmpty();
  }
}
