package dev.postern.policy.cel;

import dev.postern.core.exchange.EvaluationException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts expressions that fail, and says so in the log once a minute for each. */
final class Watch {
  private static final Logger LOG = System.getLogger("dev.postern.policy.cel");
  private static final long PAUSE = TimeUnit.MINUTES.toMillis(1);
  private static final AttributeKey<String> EXPRESSION = AttributeKey.stringKey("expression");
  private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");

  private final InstantSource clock;
  private final LongCounter errors;

  Watch(InstantSource clock, OpenTelemetry openTelemetry) {
    this.clock = clock;
    this.errors =
        openTelemetry
            .getMeter("dev.postern")
            .counterBuilder("agentgateway_cel_errors")
            .setDescription("Expressions that had no value")
            .build();
  }

  Counted counted(String text) {
    return new Counted(text);
  }

  /** The failures of one expression. */
  final class Counted {
    private final String text;
    private final AtomicLong nextLog = new AtomicLong(Long.MIN_VALUE);

    private Counted(String text) {
      this.text = text;
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
