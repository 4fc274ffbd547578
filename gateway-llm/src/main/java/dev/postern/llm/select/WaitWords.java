package dev.postern.llm.select;

import dev.postern.core.http.Headers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a provider's answer says about when to come back. */
final class WaitWords {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,15}(\\.\\d{1,9})?");
  private static final Pattern TERM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");
  private static final double THIRTY_DAYS = 30 * 24 * 3600.0;

  private WaitWords() {}

  /** Returns the shortest wait that the headers ask for, or null if they ask for none. */
  static @Nullable Duration in(Headers headers, InstantSource clock) {
    Duration wait = null;
    for (int i = 0; i < headers.size(); i++) {
      Duration said = said(headers.name(i), headers.value(i).strip(), clock.instant());
      if (said != null && !said.isNegative() && (wait == null || said.compareTo(wait) < 0)) {
        wait = said;
      }
    }
    return wait;
  }

  private static @Nullable Duration said(String name, String value, Instant now) {
    if (!mayMatter(name)) {
      return null;
    }
    if (Headers.equalNames(name, "retry-after")) {
      return NUMBER.matcher(value).matches() ? seconds(value) : untilHttpDate(value, now);
    }
    if (Headers.equalNames(name, "retry-after-ms")) {
      return NUMBER.matcher(value).matches() ? seconds(value).dividedBy(1000) : null;
    }
    if (Headers.equalNames(name, "x-ratelimit-reset")) {
      return secondsOrEpoch(value, now);
    }
    if (Headers.equalNames(name, "x-ratelimit-reset-requests")
        || Headers.equalNames(name, "x-ratelimit-reset-tokens")) {
      return goDuration(value);
    }
    String lower = name.toLowerCase(java.util.Locale.ROOT);
    return lower.startsWith("anthropic-ratelimit-") && lower.endsWith("-reset")
        ? untilTimestamp(value, now)
        : null;
  }

  private static boolean mayMatter(String name) {
    char first = name.isEmpty() ? ' ' : Character.toLowerCase(name.charAt(0));
    return first == 'r' || first == 'x' || first == 'a';
  }

  private static Duration seconds(String value) {
    return Duration.ofMillis((long) (Double.parseDouble(value) * 1000));
  }

  /** Under thirty days it is a wait, else a time since 1970. */
  private static @Nullable Duration secondsOrEpoch(String value, Instant now) {
    if (!NUMBER.matcher(value).matches()) {
      return goDuration(value);
    }
    return Double.parseDouble(value) < THIRTY_DAYS
        ? seconds(value)
        : Duration.between(now, Instant.EPOCH.plus(seconds(value)));
  }

  private static @Nullable Duration goDuration(String value) {
    Matcher term = TERM.matcher(value);
    double millis = 0;
    int at = 0;
    while (at < value.length() && term.region(at, value.length()).lookingAt()) {
      millis += Double.parseDouble(term.group(1)) * millisOf(term.group(2));
      at = term.end();
    }
    return at == 0 || at < value.length() ? null : Duration.ofMillis((long) millis);
  }

  private static double millisOf(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      default -> 86_400_000;
    };
  }

  private static @Nullable Duration untilHttpDate(String value, Instant now) {
    try {
      Instant then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return atLeastZero(Duration.between(now, then));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static @Nullable Duration untilTimestamp(String value, Instant now) {
    try {
      return atLeastZero(Duration.between(now, OffsetDateTime.parse(value).toInstant()));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static Duration atLeastZero(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}
