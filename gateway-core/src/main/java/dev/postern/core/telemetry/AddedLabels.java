package dev.postern.core.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.List;

/**
 * The labels that a configuration adds to the metrics of one request: equal for all requests whose
 * labels are.
 *
 * @param keys the labels
 * @param values their values, in the same order
 */
public record AddedLabels(List<AttributeKey<String>> keys, List<String> values) {
  /** Nothing is added. */
  public static final AddedLabels NONE = new AddedLabels(List.of(), List.of());

  /** Copies the lists. */
  public AddedLabels {
    keys = List.copyOf(keys);
    values = List.copyOf(values);
  }

  /** Appends the labels. */
  public void putInto(AttributesBuilder labels) {
    for (int i = 0; i < keys.size(); i++) {
      labels.put(keys.get(i), values.get(i));
    }
  }

  /** Returns {@code labels}, and these labels with the value {@code other}. */
  public Attributes other(Attributes labels) {
    if (keys.isEmpty()) {
      return labels;
    }
    AttributesBuilder all = labels.toBuilder();
    keys.forEach(key -> all.put(key, "other"));
    return all.build();
  }
}
