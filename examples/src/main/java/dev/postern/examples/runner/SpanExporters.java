package dev.postern.examples.runner;

import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporterBuilder;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Map;

/** Makes exporters of spans. */
final class SpanExporters {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final RetryPolicy RETRY =
      RetryPolicy.builder()
          .setInitialBackoff(Duration.ofSeconds(1))
          .setMaxBackoff(Duration.ofSeconds(30))
          .build();

  private SpanExporters() {}

  /** Returns an exporter that speaks OTLP over gRPC. */
  static SpanExporter grpc(String endpoint, Map<String, String> headers) {
    OtlpGrpcSpanExporterBuilder builder =
        OtlpGrpcSpanExporter.builder().setEndpoint(endpoint).setTimeout(TIMEOUT);
    builder.setRetryPolicy(RETRY);
    headers.forEach(builder::addHeader);
    return builder.build();
  }

  /**
   * Returns an exporter that speaks OTLP over HTTP in protobuf.
   *
   * @param url with its path, {@code /v1/traces} by default
   */
  static SpanExporter http(String url, Map<String, String> headers) {
    OtlpHttpSpanExporterBuilder builder =
        OtlpHttpSpanExporter.builder().setEndpoint(url).setTimeout(TIMEOUT);
    builder.setRetryPolicy(RETRY);
    headers.forEach(builder::addHeader);
    return builder.build();
  }
}
