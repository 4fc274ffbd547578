package dev.postern.core.upstream;

import dev.postern.core.http.Headers;
import dev.postern.core.text.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the headers of a response how long its server wants to be left alone.
 *
 * <p>Servers say it in {@code retry-after} (seconds or a date), {@code retry-after-ms}, and in
 * several spellings of {@code x-ratelimit-reset} and {@code anthropic-ratelimit-…-reset}. The
 * smallest time counts; what cannot be read is ignored.
 */
public final class RetryAfter {
  private static final Duration LONGEST = Duration.ofDays(30);

  /** Numbers from here on are milliseconds when they are a time since 1970. */
  private static final double EPOCH_MILLIS = 100_000_000_000.0;

  private RetryAfter() {}

  /**
   * Returns the time to wait, or null when the headers do not tell one.
   *
   * @param now the wall clock's time, for dates
   */
  public static @Nullable Duration of(Headers headers, Instant now) {
    Duration smallest = null;
    boolean atOnce = false;
    for (int i = 0; i < headers.size(); i++) {
      Duration time = time(headers.name(i), headers.value(i).strip(), now);
      if (time == null) {
        continue;
      }
      if (!time.isPositive()) {
        // A limit that is not used up has a reset of zero, which says nothing.
        atOnce |= Headers.equalNames(headers.name(i), "retry-after");
      } else if (smallest == null || time.compareTo(smallest) < 0) {
        smallest = time;
      }
    }
    return smallest == null && atOnce ? Duration.ZERO : smallest;
  }

  private static @Nullable Duration time(String name, String value, Instant now) {
    if (name.length() < 11 || value.isEmpty() || value.length() > 64) {
      return null;
    }
    try {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "retry-after" -> retryAfter(value, now);
        case "retry-after-ms" -> seconds(Double.parseDouble(value) / 1000);
        case "x-ratelimit-reset",
            "x-ratelimit-reset-requests",
            "x-ratelimit-reset-tokens",
            "x-ratelimit-reset-requests-day",
            "x-ratelimit-reset-requests-minute",
            "x-ratelimit-reset-tokens-day",
            "x-ratelimit-reset-tokens-minute" ->
            reset(value, now);
        case "anthropic-ratelimit-requests-reset",
            "anthropic-ratelimit-tokens-reset",
            "anthropic-ratelimit-input-tokens-reset",
            "anthropic-ratelimit-output-tokens-reset" ->
            bounded(Duration.between(now, Instant.parse(value)));
        default -> null;
      };
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  private static @Nullable Duration retryAfter(String value, Instant now) {
    if (number(value)) {
      return seconds(Double.parseDouble(value));
    }
    Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    return bounded(Duration.between(now, date));
  }

  private static @Nullable Duration reset(String value, Instant now) {
    if (!number(value)) {
      return bounded(Durations.parse(value));
    }
    double number = Double.parseDouble(value);
    if (number < LONGEST.toSeconds()) {
      return seconds(number);
    }
    double epoch = number >= EPOCH_MILLIS ? number / 1000 : number;
    return bounded(Duration.between(now, Instant.ofEpochMilli((long) (epoch * 1000))));
  }

  private static boolean number(String value) {
    return value.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.');
  }

  private static @Nullable Duration seconds(double seconds) {
    return seconds >= 0 && seconds <= LONGEST.toSeconds()
        ? Duration.ofMillis((long) Math.ceil(seconds * 1000))
        : null;
  }

  /** A time that has passed means at once; one that is absurdly far away means nothing. */
  private static @Nullable Duration bounded(Duration time) {
    if (time.compareTo(LONGEST) > 0) {
      return null;
    }
    return time.isNegative() ? Duration.ZERO : time;
  }
}
