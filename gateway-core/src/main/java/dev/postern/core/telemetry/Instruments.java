package dev.postern.core.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes the instruments of this set under their documented names.
 *
 * <p>Prometheus exporters append {@code _total} to counters and the unit to the rest, once: so
 * counters are named without the one, and only names that end in it have a unit.
 */
final class Instruments {
  /** The buckets of whole requests. */
  static final List<Double> REQUEST_SECONDS =
      List.of(.001, .005, .01, .025, .05, .1, .25, .5, 1., 2.5, 5., 10., 30., 80.);

  /** The buckets of the gateway's own work. */
  static final List<Double> PROCESSING_SECONDS =
      List.of(.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .05, .25);

  /** The buckets of connecting. */
  static final List<Double> CONNECT_SECONDS =
      List.of(.0005, .0015, .0043, .0126, .0368, .108, .316, .924, 2.71, 8.);

  private final Meter meter;
  private final Set<String> removed = new HashSet<>();

  Instruments(OpenTelemetry openTelemetry, List<String> removed) {
    this.meter =
        openTelemetry
            .getMeterProvider()
            .meterBuilder("dev.postern")
            .setInstrumentationVersion(version())
            .build();
    removed.forEach(name -> this.removed.add(MetricNames.bare(name)));
  }

  /** Returns the version of this library. */
  static String version() {
    String version = Instruments.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  /** Returns where the metric of this name is made: nowhere if it was removed. */
  Meter meter(String name) {
    return removed.contains(MetricNames.bare(name)) ? MeterProvider.noop().get("removed") : meter;
  }

  LongCounter counter(String name, String description) {
    return meter(name)
        .counterBuilder(MetricNames.PREFIX + name)
        .setDescription(description)
        .build();
  }

  LongCounter bytes(String name, String description) {
    return meter(name)
        .counterBuilder(MetricNames.PREFIX + name)
        .setDescription(description)
        .setUnit("By")
        .build();
  }

  LongGauge gauge(String name, String description) {
    return meter(name)
        .gaugeBuilder(MetricNames.PREFIX + name)
        .ofLongs()
        .setDescription(description)
        .build();
  }

  DoubleHistogram seconds(String name, List<Double> buckets, String description) {
    return meter(name)
        .histogramBuilder(MetricNames.PREFIX + name)
        .setDescription(description)
        .setUnit("s")
        .setExplicitBucketBoundariesAdvice(buckets)
        .build();
  }
}
