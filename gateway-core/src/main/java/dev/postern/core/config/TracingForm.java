package dev.postern.core.config;

import dev.postern.core.telemetry.Tracing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tracing as it is written. */
record TracingForm(
    @Nullable Share clientSampling, @Nullable Share randomSampling, @Nullable List<String> remove) {

  /** A share of requests: true for all, false for none, or a number from 0 to 1. */
  record Share(double value) {
    static Share parse(String text) {
      return switch (text) {
        case "true" -> new Share(1);
        case "false" -> new Share(0);
        default -> {
          try {
            yield new Share(Double.parseDouble(text));
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                "expressions are not supported yet (expected: true, false or 0..1)", e);
          }
        }
      };
    }
  }

  Tracing tracing() {
    return new Tracing(
        clientSampling == null ? Tracing.DEFAULT.clientSampling() : clientSampling.value(),
        randomSampling == null ? Tracing.DEFAULT.randomSampling() : randomSampling.value(),
        remove == null ? List.of() : remove);
  }

  static TracingForm of(Tracing tracing) {
    return new TracingForm(
        new Share(tracing.clientSampling()), new Share(tracing.randomSampling()), tracing.remove());
  }
}
