package dev.postern.policy.external;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Expression;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonString;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** How long an answer may be used again. */
final class Lifetime {
  private static final Duration LONGEST = Duration.ofDays(365);

  private final @Nullable Duration fixed;
  private final @Nullable Expression expression;
  private final InstantSource clock;

  Lifetime(ExtAuthz.Cache cache, Compiler compiler, InstantSource clock) {
    this.clock = clock;
    fixed = duration(cache.ttl().text());
    expression =
        fixed == null
            ? compiler.compile("cache.ttl", cache.ttl(), Moment.ANSWER, Result.ANY)
            : null;
  }

  /** Returns the time that is left, zero for none. */
  Duration of(Check check, GatewayResponse answer) {
    Duration left = fixed;
    if (expression != null) {
      try {
        left = read(expression.json(check.exchange(), check.request(), answer));
      } catch (EvaluationException e) {
        return Duration.ZERO; // the engine counts it
      }
    }
    if (left == null || left.isNegative()) {
      return Duration.ZERO;
    }
    return left.compareTo(LONGEST) > 0 ? LONGEST : left;
  }

  private @Nullable Duration read(Json value) {
    if (value instanceof JsonNumber number) {
      double seconds = number.toDouble();
      boolean time = seconds >= 0 && seconds < Instant.MAX.getEpochSecond();
      return time ? until(Instant.ofEpochMilli((long) (seconds * 1000))) : null;
    }
    if (!(value instanceof JsonString string)) {
      return null;
    }
    Duration duration = duration(string.text());
    if (duration != null) {
      return duration;
    }
    try {
      return until(Instant.parse(string.text()));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private Duration until(Instant time) {
    return Duration.between(clock.instant(), time);
  }

  private static @Nullable Duration duration(String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
