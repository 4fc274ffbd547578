package dev.postern.core.text;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and prints durations as configuration files write them: {@code 100ms}, {@code 1.5s}, {@code
 * 1h30m}, {@code 7d}.
 *
 * <p>The syntax is Go's (decimal numbers, each with one of the units {@code ns us µs ms s m h})
 * with {@code d} for 24 hours, and without a sign.
 */
public final class Durations {
  private static final int MAX_LENGTH = 64;
  private static final Pattern TERM =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d)");
  private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?");
  private static final BigDecimal MAX_NANOS = BigDecimal.valueOf(Long.MAX_VALUE);

  private Durations() {}

  /**
   * Returns the duration that the text means; parts of a nanosecond are cut off.
   *
   * @throws IllegalArgumentException with the text, what was expected, and a hint for texts of
   *     another notation
   */
  public static Duration parse(String text) {
    requireNonNull(text, "text");
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw wrong(text, "");
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher term = TERM.matcher(text);
    int at = 0;
    while (at < text.length()) {
      if (!term.region(at, text.length()).lookingAt()) {
        throw wrong(text, hint(text));
      }
      BigDecimal unit = BigDecimal.valueOf(nanosOf(term.group(2)));
      nanos = nanos.add(new BigDecimal(term.group(1)).multiply(unit));
      at = term.end();
    }
    if (nanos.compareTo(MAX_NANOS) > 0) {
      throw wrong(text, "; at most " + Duration.ofNanos(Long.MAX_VALUE).toDays() + "d");
    }
    return Duration.ofNanos(nanos.longValue());
  }

  /**
   * Returns the duration in one spelling, Go's: {@code 1h30m0s}, {@code 3m0s}, {@code 1.5s}, {@code
   * 100ms}, {@code 0s}. {@link #parse} reads it back.
   *
   * @throws IllegalArgumentException if the duration is negative
   */
  public static String print(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(duration + " (expected: a duration that is not negative)");
    }
    if (duration.isZero()) {
      return "0s";
    }
    if (duration.toSeconds() == 0) {
      return fraction(duration.toNanosPart());
    }
    StringBuilder text = new StringBuilder();
    if (duration.toHours() > 0) {
      text.append(duration.toHours()).append('h');
    }
    if (duration.toMinutes() > 0) {
      text.append(duration.toMinutesPart()).append('m');
    }
    return text.append(
            plain(BigDecimal.valueOf(duration.toNanosPart(), 9), duration.toSecondsPart()))
        .append('s')
        .toString();
  }

  private static long nanosOf(String unit) {
    return switch (unit) {
      case "ns" -> 1L;
      case "ms" -> 1_000_000L;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "h" -> 3_600_000_000_000L;
      case "d" -> 86_400_000_000_000L;
      default -> 1_000L; // us, with the micro sign or the Greek letter too
    };
  }

  private static String fraction(int nanos) {
    if (nanos < 1_000) {
      return nanos + "ns";
    }
    return nanos < 1_000_000
        ? plain(BigDecimal.valueOf(nanos, 3), 0) + "us"
        : plain(BigDecimal.valueOf(nanos, 6), 0) + "ms";
  }

  private static String plain(BigDecimal fraction, int whole) {
    return fraction.add(BigDecimal.valueOf(whole)).stripTrailingZeros().toPlainString();
  }

  private static String hint(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    if (upper.startsWith("P")) {
      try {
        Duration iso = Duration.parse(upper);
        return iso.isNegative() ? "" : "; this is ISO-8601, write " + print(iso);
      } catch (DateTimeParseException e) {
        return "";
      }
    }
    if (NUMBER.matcher(text).matches()) {
      return "; a bare number has no unit, " + text + " seconds are " + text + "s";
    }
    return text.startsWith("-") || text.startsWith("+") ? "; without a sign" : "";
  }

  private static IllegalArgumentException wrong(String text, String hint) {
    String shown = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "\u2026" : text;
    return new IllegalArgumentException(
        '"' + shown + "\" (expected: a duration such as 100ms, 1.5s, 1h30m or 7d" + hint + ")");
  }
}
