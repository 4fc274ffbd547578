package dev.postern.core.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;

/** The metrics of the gateway as a whole: build, configuration, telemetry itself. */
final class ProcessMetrics {
  private static final AttributeKey<String> TAG = AttributeKey.stringKey("tag");
  private static final AttributeKey<String> RESULT = AttributeKey.stringKey("result");

  private final LongGauge inSync;
  private final LongCounter reloads;
  private final LongCounter dropped;

  ProcessMetrics(Instruments instruments) {
    instruments
        .gauge("build_info", "The version that runs.")
        .set(1, Attributes.of(TAG, Instruments.version()));
    inSync =
        instruments.gauge(
            "config_synchronized",
            "1 while the newest configuration is in use, 0 after a bad one.");
    reloads = instruments.counter("config_reloads", "Configurations that were loaded again.");
    dropped = instruments.counter("telemetry_dropped", "Telemetry that was left out.");
  }

  void configured() {
    inSync.set(1);
  }

  void reloaded(Telemetry.Reload result) {
    reloads.add(1, Attributes.of(RESULT, result.label));
    inSync.set(result == Telemetry.Reload.REJECTED ? 0 : 1);
  }

  void dropped(String signal, String reason, long count) {
    dropped.add(count, Attributes.of(Labels.SIGNAL, signal, Labels.REASON, reason));
  }
}
