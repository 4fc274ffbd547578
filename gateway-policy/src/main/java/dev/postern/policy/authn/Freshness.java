package dev.postern.policy.authn;

import dev.postern.core.http.Headers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How long an answer is fresh (RFC 9111 §4.2.1), within reason. */
final class Freshness {
  private static final Duration DEFAULT = Duration.ofMinutes(15);
  private static final Duration LEAST = Duration.ofSeconds(60);
  private static final Duration MOST = Duration.ofDays(1);

  private Freshness() {}

  static Duration of(Headers headers, InstantSource clock) {
    for (String line : headers.all("cache-control")) {
      for (String directive : line.split(",", -1)) {
        Duration age = maxAge(directive.strip().toLowerCase(Locale.ROOT));
        if (age != null) {
          return clamp(age);
        }
      }
    }
    Instant expires = date(headers.get("expires"));
    if (expires != null) {
      Instant date = date(headers.get("date"));
      return clamp(Duration.between(date == null ? clock.instant() : date, expires));
    }
    return DEFAULT;
  }

  private static @Nullable Duration maxAge(String directive) {
    if (directive.equals("no-store") || directive.equals("no-cache")) {
      return Duration.ZERO;
    }
    String name = "max-age=";
    if (!directive.startsWith(name)) {
      return null;
    }
    String digits = directive.substring(name.length()).replace("\"", "");
    if (!digits.matches("[0-9]+")) {
      return null;
    }
    return digits.length() > 9 ? MOST : Duration.ofSeconds(Long.parseLong(digits));
  }

  private static @Nullable Instant date(@Nullable String text) {
    try {
      return text == null
          ? null
          : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Duration clamp(Duration age) {
    return age.compareTo(LEAST) < 0 ? LEAST : age.compareTo(MOST) > 0 ? MOST : age;
  }
}
