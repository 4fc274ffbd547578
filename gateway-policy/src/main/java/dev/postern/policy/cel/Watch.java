package dev.postern.policy.cel;

import dev.postern.core.exchange.EvaluationException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts expressions that fail or are slow; failures are logged once a minute for each. */
final class Watch {
  private static final Logger LOG = System.getLogger("dev.postern.policy.cel");
  private static final long PAUSE = TimeUnit.MINUTES.toMillis(1);
  private static final AttributeKey<String> EXPRESSION = AttributeKey.stringKey("expression");
  private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");

  /** What takes longer is slow. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final InstantSource clock;
  private final LongCounter errors;
  private final LongCounter slow;

  Watch(InstantSource clock, OpenTelemetry openTelemetry) {
    this.clock = clock;
    Meter meter = openTelemetry.getMeter("dev.postern");
    this.errors =
        meter
            .counterBuilder("agentgateway_cel_errors")
            .setDescription("Expressions that had no value")
            .build();
    this.slow =
        meter
            .counterBuilder("agentgateway_cel_slow")
            .setDescription("Evaluations that took more than 5 ms")
            .build();
  }

  Counted counted(String text) {
    return new Counted(text);
  }

  /** The failures and delays of one expression. */
  final class Counted {
    private final String text;
    private final AtomicLong nextLog = new AtomicLong(Long.MIN_VALUE);

    private Counted(String text) {
      this.text = text;
    }

    void took(long nanos) {
      if (nanos > SLOW_NANOS) {
        slow.add(1, Attributes.of(EXPRESSION, text));
      }
    }

    EvaluationException count(EvaluationException failure) {
      String kind = failure.kind().name().toLowerCase(Locale.ROOT);
      errors.add(1, Attributes.of(EXPRESSION, text, KIND, kind));
      long now = clock.millis();
      long next = nextLog.get();
      if (now >= next && nextLog.compareAndSet(next, now + PAUSE)) {
        LOG.log(Level.WARNING, "expression {0} has no value: {1}", text, failure.getMessage());
      }
      return failure;
    }
  }
}
