package dev.postern.core.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import org.jspecify.annotations.Nullable;

/** The labels of the metrics. A value that is missing is {@code unknown}. */
final class Labels {
  static final AttributeKey<String> BIND = AttributeKey.stringKey("bind");
  static final AttributeKey<String> GATEWAY = AttributeKey.stringKey("gateway");
  static final AttributeKey<String> LISTENER = AttributeKey.stringKey("listener");
  static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  static final AttributeKey<String> ROUTE_RULE = AttributeKey.stringKey("route_rule");
  static final AttributeKey<String> BACKEND = AttributeKey.stringKey("backend");
  static final AttributeKey<String> PROTOCOL = AttributeKey.stringKey("protocol");
  static final AttributeKey<String> METHOD = AttributeKey.stringKey("method");
  static final AttributeKey<String> STATUS = AttributeKey.stringKey("status");
  static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");
  static final AttributeKey<String> POLICY = AttributeKey.stringKey("policy");
  static final AttributeKey<String> METRIC = AttributeKey.stringKey("metric");
  static final AttributeKey<String> SIGNAL = AttributeKey.stringKey("signal");

  private Labels() {}

  /** Appends a label. */
  static void put(AttributesBuilder labels, AttributeKey<String> key, @Nullable String value) {
    labels.put(key, value == null ? "unknown" : value);
  }

  /** Returns labels that all have the value {@code other}. */
  @SafeVarargs
  static Attributes other(AttributeKey<String>... keys) {
    AttributesBuilder labels = Attributes.builder();
    for (AttributeKey<String> key : keys) {
      labels.put(key, "other");
    }
    return labels.build();
  }

  /** Returns the label of a port, as configured; in-process calls have none. */
  static @Nullable String bind(int port) {
    return port == 0 ? null : "bind/" + port;
  }
}
