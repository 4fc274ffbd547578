package dev.postern.core.config;

import dev.postern.core.text.Durations;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How the plain values are read: each from a text, or refused with what was expected. */
final class Scalars {
  private static final int MAX_DIGITS = 64;
  private static final Map<Class<?>, Function<String, Object>> READERS = new HashMap<>();

  static {
    READERS.put(String.class, text -> text);
    READERS.put(boolean.class, Scalars::bool);
    READERS.put(Boolean.class, Scalars::bool);
    READERS.put(int.class, text -> (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    READERS.put(Integer.class, text -> (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    READERS.put(long.class, text -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE));
    READERS.put(Long.class, text -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE));
    READERS.put(double.class, Scalars::fraction);
    READERS.put(Double.class, Scalars::fraction);
    READERS.put(BigDecimal.class, Scalars::decimal);
    READERS.put(Duration.class, Durations::parse);
    READERS.put(Instant.class, Scalars::instant);
  }

  private Scalars() {}

  /** A value of another type than expected. */
  static final class WrongType extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    WrongType(String expected) {
      super(expected, null);
    }
  }

  static @Nullable Function<String, Object> reader(Class<?> type) {
    return READERS.get(type);
  }

  /** Returns the number that a YAML number writes, or null for one that is none, as infinity. */
  static @Nullable Object number(String text) {
    try {
      return whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
    } catch (IllegalArgumentException e) {
      try {
        return decimal(text).toString();
      } catch (IllegalArgumentException notDecimal) {
        return null;
      }
    }
  }

  private static Object bool(String text) {
    return switch (text) {
      case "true", "True", "TRUE" -> true;
      case "false", "False", "FALSE" -> false;
      default -> throw new WrongType("true or false");
    };
  }

  private static long whole(String text, long least, long most) {
    int radix = text.startsWith("0x") ? 16 : text.startsWith("0o") ? 8 : 10;
    String digits = radix == 10 ? text : text.substring(2);
    if (digits.isEmpty() || digits.length() > MAX_DIGITS) {
      throw new WrongType("a whole number");
    }
    long value;
    try {
      value = Long.parseLong(digits, radix);
    } catch (NumberFormatException e) {
      if (digits.matches(radix == 16 ? "[-+]?[0-9a-fA-F]+" : "[-+]?[0-9]+")) {
        throw outOfRange(text, least, most);
      }
      throw new WrongType("a whole number");
    }
    if (value < least || value > most) {
      throw outOfRange(text, least, most);
    }
    return value;
  }

  private static IllegalArgumentException outOfRange(String text, long least, long most) {
    return new IllegalArgumentException(
        text + String.format(Locale.ROOT, " (expected: %d..%d)", least, most));
  }

  private static Object fraction(String text) {
    double value = decimal(text).doubleValue();
    if (Double.isInfinite(value)) {
      throw new WrongType("a number");
    }
    return value;
  }

  private static BigDecimal decimal(String text) {
    if (text.length() > MAX_DIGITS) {
      throw new WrongType("a number");
    }
    try {
      BigDecimal value = new BigDecimal(text);
      if (Math.abs((long) value.scale()) > 1000) {
        throw new WrongType("a number");
      }
      return value;
    } catch (NumberFormatException e) {
      throw new WrongType("a number");
    }
  }

  private static Object instant(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new WrongType("a time as 2030-01-31T12:00:00Z");
    }
  }

  /**
   * Returns how YAML spells an enum constant: as its {@code toString} when that is written by hand,
   * else in camel case.
   */
  static String spelling(Enum<?> constant) {
    return spellsItself(constant.getDeclaringClass())
        ? constant.toString()
        : camel(constant.name());
  }

  private static boolean spellsItself(Class<?> type) {
    try {
      return type.getMethod("toString").getDeclaringClass() != Enum.class;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e); // every class has it
    }
  }

  /** Returns whether the text spells the constant exactly; camel and Pascal case are both exact. */
  static boolean spells(String text, Enum<?> constant) {
    String spelling = spelling(constant);
    return text.equals(spelling)
        || text.equals(constant.name())
        || text.equals(Character.toUpperCase(spelling.charAt(0)) + spelling.substring(1));
  }

  private static String camel(String name) {
    StringBuilder out = new StringBuilder();
    boolean upper = false;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '_') {
        upper = true;
      } else {
        out.append(upper ? c : Character.toLowerCase(c));
        upper = false;
      }
    }
    return out.toString();
  }
}
