package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandlerTraceTest {
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();

  @Test
  void spansOfTheApplicationJoinTheTraceOfTheRequest() {
    HandlerBackend backend =
        HandlerBackend.of(
            "app",
            (exchange, request) -> {
              sdk.getTracer("app").spanBuilder("work").startSpan().end();
              return GatewayResponse.text(200, "done");
            });
    try (sdk;
        Gateway gateway =
            Gateway.builder()
                .openTelemetry(sdk)
                .route("r", route -> route.backend(backend))
                .build()) {
      gateway.handle(
          GatewayRequest.get("/")
              .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
              .build());

      List<SpanData> ended = spans.getFinishedSpanItems();
      assertThat(ended).hasSize(2);
      assertThat(ended.get(0).getName()).isEqualTo("work");
      assertThat(ended.get(0).getParentSpanId()).isEqualTo(ended.get(1).getSpanId());
      assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }
  }
}
