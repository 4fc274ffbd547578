package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObservedGatewayTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final MockWebServer upstream = new MockWebServer();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private final StringBuilder log = new StringBuilder();

  @BeforeEach
  void start() throws IOException {
    upstream.start();
    upstream.enqueue(new MockResponse.Builder().body("hello").build());
    try (Gateway gateway =
        Gateway.builder()
            .openTelemetry(sdk)
            .accessLog(LogSink.to(log), AccessLog.Format.TEXT)
            .route(
                "greet",
                route ->
                    route
                        .matches(RouteMatch.pathPrefix("/v1"))
                        .backend(HostBackend.of("127.0.0.1:" + upstream.getPort())))
            .build()) {
      GatewayResponse response =
          gateway.handle(
              GatewayRequest.post("/v1/hello?key=s3cret", Body.of("{}"))
                  .authority("api.example.com")
                  .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                  .build());
      assertThat(response.body().readAll(100)).asString().isEqualTo("hello");
    }
  }

  @AfterEach
  void stop() {
    upstream.close();
    sdk.close();
  }

  @Test
  void upstreamSeesTheClientSpan() throws InterruptedException {
    RecordedRequest seen = upstream.takeRequest();
    SpanData client = spans.getFinishedSpanItems().get(0);
    SpanData server = spans.getFinishedSpanItems().get(1);

    assertThat(server.getName()).isEqualTo("POST /v1/*");
    assertThat(server.getTraceId()).isEqualTo(TRACE);
    assertThat(client.getParentSpanId()).isEqualTo(server.getSpanId());
    assertThat(seen.getHeaders().get("traceparent"))
        .isEqualTo("00-" + TRACE + "-" + client.getSpanId() + "-01");
  }

  @Test
  void theLogHasItsLine() {
    assertThat(log)
        .containsPattern(
            "\\trequest gateway=default .*route=greet endpoint=127.0.0.1:\\d+ http.method=POST"
                + " http.host=api.example.com http.path=/v1/hello http.version=HTTP/1.1"
                + " http.status=200 trace.id="
                + TRACE
                + " span.id=[0-9a-f]{16} protocol=http duration=\\d+ms\n")
        .doesNotContain("s3cret");
  }

  @Test
  void allMetricsOfTheWayAreThere() {
    assertThat(metrics.collectAllMetrics())
        .extracting(MetricData::getName)
        .contains(
            "agentgateway_requests",
            "agentgateway_request_duration_seconds",
            "agentgateway_request_processing_seconds",
            "agentgateway_response_processing_seconds",
            "agentgateway_response_bytes",
            "agentgateway_upstream_call_duration_seconds",
            "agentgateway_upstream_connect_duration_seconds",
            "agentgateway_config_synchronized",
            "agentgateway_build_info");
  }
}
