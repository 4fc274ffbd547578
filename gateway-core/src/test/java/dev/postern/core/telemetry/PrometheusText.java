package dev.postern.core.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** A real SDK with a real Prometheus exporter, set up as the runner does it. */
final class PrometheusText implements AutoCloseable {
  private final PrometheusMetricReader reader =
      PrometheusMetricReader.builder()
          .setOtelScopeLabelsEnabled(false)
          .setTargetInfoMetricEnabled(false)
          .build();
  private final SdkMeterProvider meters =
      SdkMeterProvider.builder().registerMetricReader(reader, type -> 10_000).build();
  private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().setMeterProvider(meters).build();

  OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** Returns what a scrape gives. */
  String scrape() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create()
          .write(
              text,
              new MetricSnapshots(
                  reader.collect().stream().map(PrometheusText::withInfo).toList()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /** Returns the lines of a scrape that are about one metric. */
  Stream<String> lines(String metric) {
    return scrape().lines().filter(line -> line.startsWith(metric));
  }

  /** The exporter takes {@code _info} off the name of a gauge; only an info metric keeps it. */
  private static MetricSnapshot withInfo(MetricSnapshot snapshot) {
    if (!(snapshot instanceof GaugeSnapshot gauge)
        || !gauge.getMetadata().getName().equals("agentgateway_build")) {
      return snapshot;
    }
    InfoSnapshot.Builder info =
        InfoSnapshot.builder().name("agentgateway_build").help(gauge.getMetadata().getHelp());
    gauge
        .getDataPoints()
        .forEach(point ->
            info.dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder().labels(point.getLabels()).build()));
    return info.build();
  }

  @Override
  public void close() {
    sdk.close();
  }
}
