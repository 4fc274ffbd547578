package dev.postern.core.json;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON number, kept as it was spelt: {@code 1.0}, {@code 1e-5} and integers of any size survive.
 */
public final class JsonNumber implements Json {
  private static final Pattern SYNTAX =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final int SURELY_LONG = 18;

  private final String text;

  /**
   * Creates a number from its spelling.
   *
   * @throws IllegalArgumentException if JSON spells no number so
   */
  public JsonNumber(String text) {
    this(requireNonNull(text, "text"), SYNTAX.matcher(text).matches());
  }

  private JsonNumber(String text, boolean valid) {
    if (!valid) {
      throw new IllegalArgumentException(text + " (expected: a JSON number)");
    }
    this.text = text;
  }

  static JsonNumber checked(String text) {
    return new JsonNumber(text, true);
  }

  @Override
  public JsonKind kind() {
    return JsonKind.NUMBER;
  }

  /** Returns the value if it is whole and fits, however it is spelt: also of {@code 1e3}. */
  @Override
  public OptionalLong integer(String... path) {
    if (path.length > 0) {
      return OptionalLong.empty();
    }
    if (text.length() <= SURELY_LONG && hasDigitsOnly()) {
      return OptionalLong.of(Long.parseLong(text));
    }
    try {
      // Looks at the exponent first; a huge one is never written out.
      return OptionalLong.of(new BigDecimal(text).longValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private boolean hasDigitsOnly() {
    for (int i = text.charAt(0) == '-' ? 1 : 0; i < text.length(); i++) {
      if (text.charAt(i) > '9' || text.charAt(i) < '0') {
        return false;
      }
    }
    return true;
  }

  /** Returns the nearest double; infinite for numbers beyond all doubles. */
  public double toDouble() {
    return Double.parseDouble(text);
  }

  /**
   * Returns the exact value.
   *
   * @throws NumberFormatException if the exponent has more digits than a decimal can hold
   */
  public BigDecimal toBigDecimal() {
    return new BigDecimal(text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonNumber that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the number as it was spelt. */
  @Override
  public String toString() {
    return text;
  }
}
