package dev.postern.examples.runner;

import dev.postern.core.admin.MetricsText;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.OpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The OpenTelemetry SDK of the runner: metrics for whoever scrapes, spans for a collector if there
 * is one.
 */
final class RunnerTelemetry implements AutoCloseable {
  private static final Duration FLUSH_LIMIT = Duration.ofSeconds(5);

  private final PrometheusMetricReader reader =
      PrometheusMetricReader.builder()
          .setOtelScopeLabelsEnabled(false)
          .setTargetInfoMetricEnabled(false)
          .build();
  private final ExpositionFormatWriter prometheus = PrometheusTextFormatWriter.create();
  private final ExpositionFormatWriter openMetrics = OpenMetricsTextFormatWriter.create();
  private final OpenTelemetrySdk sdk;

  /**
   * Starts the SDK.
   *
   * @param spans where spans go, or null for nowhere
   * @param maxSeries the most series of one metric; the SDK's own limit must lie above it, since
   *     the gateway folds in a way that its readers know
   * @param resources further attributes of the process
   */
  RunnerTelemetry(
      @Nullable SpanExporter spans, int maxSeries, String version, Map<String, String> resources) {
    Resource resource = resource(version, System.getenv(), resources);
    SdkMeterProvider meters =
        SdkMeterProvider.builder()
            .setResource(resource)
            .registerMetricReader(reader, type -> maxSeries + 10)
            .build();
    ProcessGauges.register(meters.get("dev.postern.process"));
    OpenTelemetrySdkBuilder builder = OpenTelemetrySdk.builder().setMeterProvider(meters);
    if (spans != null) {
      builder.setTracerProvider(
          SdkTracerProvider.builder()
              .setResource(resource)
              .addSpanProcessor(
                  BatchSpanProcessor.builder(spans)
                      .setMaxQueueSize(2048)
                      .setMaxExportBatchSize(512)
                      .setScheduleDelay(Duration.ofSeconds(5))
                      .setExporterTimeout(Duration.ofSeconds(10))
                      .build())
              .build());
    }
    sdk = builder.build();
  }

  OpenTelemetry openTelemetry() {
    return sdk;
  }

  MetricsText metricsText() {
    return this::write;
  }

  /** Sends what waits, for at most five seconds. */
  @Override
  public void close() {
    CompletableResultCode done = sdk.getSdkTracerProvider().forceFlush();
    done.join(FLUSH_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    sdk.close();
  }

  private void write(OutputStream out, MetricsText.Format format, Set<String> names)
      throws IOException {
    Stream<MetricSnapshot> snapshots = reader.collect().stream().map(RunnerTelemetry::withInfo);
    if (!names.isEmpty()) {
      snapshots = snapshots.filter(snapshot -> wanted(snapshot, names));
    }
    ExpositionFormatWriter writer =
        format == MetricsText.Format.OPEN_METRICS ? openMetrics : prometheus;
    writer.write(out, new MetricSnapshots(snapshots.toList()));
  }

  /** The exporter takes {@code _info} off the name of a gauge; only an info metric keeps it. */
  private static MetricSnapshot withInfo(MetricSnapshot snapshot) {
    String name = snapshot.getMetadata().getName();
    if (!(snapshot instanceof GaugeSnapshot gauge) || !name.equals("agentgateway_build")) {
      return snapshot;
    }
    InfoSnapshot.Builder info = InfoSnapshot.builder().name(name);
    info.help(gauge.getMetadata().getHelp());
    gauge
        .getDataPoints()
        .forEach(point ->
            info.dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder().labels(point.getLabels()).build()));
    return info.build();
  }

  /** Whether one of the names, as they stand in the text, belongs to this metric. */
  private static boolean wanted(MetricSnapshot snapshot, Set<String> names) {
    String name = snapshot.getMetadata().getPrometheusName();
    return switch (snapshot) {
      case CounterSnapshot counter -> names.contains(name + "_total");
      case InfoSnapshot info -> names.contains(name + "_info");
      case HistogramSnapshot histogram ->
          names.contains(name)
              || names.contains(name + "_bucket")
              || names.contains(name + "_sum")
              || names.contains(name + "_count");
      default -> names.contains(name);
    };
  }

  private static Resource resource(
      String version, Map<String, String> env, Map<String, String> resources) {
    AttributesBuilder attributes = Attributes.builder();
    attributes.put("service.name", env.getOrDefault("OTEL_SERVICE_NAME", "agentgateway"));
    attributes.put("service.version", version);
    attributes.put("service.instance.id", UUID.randomUUID().toString());
    put(attributes, "host.name", env.get("HOSTNAME"));
    put(attributes, "k8s.namespace.name", env.get("POD_NAMESPACE"));
    put(attributes, "k8s.pod.name", env.get("POD_NAME"));
    put(attributes, "k8s.node.name", env.get("NODE_NAME"));
    for (String pair : env.getOrDefault("OTEL_RESOURCE_ATTRIBUTES", "").split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        put(attributes, pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
      }
    }
    resources.forEach((name, value) -> put(attributes, name, value));
    return Resource.getDefault().merge(Resource.create(attributes.build()));
  }

  private static void put(AttributesBuilder attributes, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      attributes.put(AttributeKey.stringKey(name), value);
    }
  }
}
