package dev.postern.core.telemetry;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The values of all added labels of a gateway, over all its configurations. */
final class LabelValues {
  private final ConcurrentMap<String, BoundedValues> labels = new ConcurrentHashMap<>();

  /** Returns what stands for {@code value} in a label of that name. */
  String of(String label, @Nullable String value) {
    if (value == null) {
      return "unknown";
    }
    BoundedValues known = labels.get(label);
    return (known == null ? labels.computeIfAbsent(label, name -> new BoundedValues()) : known)
        .label(value);
  }
}
