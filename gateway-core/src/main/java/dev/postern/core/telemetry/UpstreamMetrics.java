package dev.postern.core.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Context;

/** The metrics of calls and connections to upstreams. */
final class UpstreamMetrics {
  private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");
  private static final AttributeKey<String> SUBTYPE = AttributeKey.stringKey("subtype");
  private static final AttributeKey<String> TRANSPORT = AttributeKey.stringKey("transport");
  private static final Attributes OTHER_CALLS = Labels.other(KIND, SUBTYPE);
  private static final Attributes OTHER_TRANSPORTS = Labels.other(TRANSPORT);

  private final DoubleHistogram callDuration;
  private final DoubleHistogram connectDuration;
  private final LabelSets<OutboundCall> callLabels;
  private final LabelSets<String> transportLabels;

  UpstreamMetrics(Instruments instruments) {
    callDuration =
        instruments.seconds(
            "upstream_call_duration_seconds",
            Instruments.REQUEST_SECONDS,
            "Time from the start of an upstream call to the head of its response.");
    connectDuration =
        instruments.seconds(
            "upstream_connect_duration_seconds",
            Instruments.CONNECT_SECONDS,
            "Time to open an upstream connection.");
    callLabels =
        new LabelSets<>(
            1000,
            call -> Attributes.of(KIND, call.purpose().label, SUBTYPE, call.kind().label),
            call -> OTHER_CALLS,
            () -> {});
    transportLabels =
        new LabelSets<>(
            10, name -> Attributes.of(TRANSPORT, name), name -> OTHER_TRANSPORTS, () -> {});
  }

  void called(OutboundCall call, long nanos, Context context) {
    callDuration.record(RequestMetrics.seconds(nanos), callLabels.get(call), context);
  }

  void connected(String transport, long nanos) {
    connectDuration.record(
        RequestMetrics.seconds(nanos), transportLabels.get(transport), Context.root());
  }
}
