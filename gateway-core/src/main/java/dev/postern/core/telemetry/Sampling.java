package dev.postern.core.telemetry;

import dev.postern.core.exchange.ExpressionText;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Which share of requests is traced.
 *
 * @param value {@code true} for all, {@code false} for none, a number from 0 to 1, or an expression
 *     over the request that gives one of these; one that has no value counts as {@code false}
 */
public record Sampling(ExpressionText value) {
  /** No requests. */
  public static final Sampling NEVER = of(0);

  /** All requests. */
  public static final Sampling ALWAYS = of(1);

  /**
   * Checks the number, if it is one.
   *
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public Sampling {
    String text = value.text().strip();
    String number = text.equals("true") ? "1" : text.equals("false") ? "0" : text;
    Double share = number(number);
    if (share != null) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException(
            text + " (expected: true, false, 0..1 or an expression)");
      }
      value = ExpressionText.parse(plain(share));
    }
  }

  /** Returns this share of requests, 0 to 1. */
  public static Sampling of(double share) {
    return new Sampling(ExpressionText.parse(Double.toString(share)));
  }

  /** Returns the share that an expression gives for each request. */
  public static Sampling of(String expression) {
    return new Sampling(ExpressionText.parse(expression));
  }

  /** Returns the share, or null if an expression tells. */
  @Nullable Double share() {
    return number(value.text());
  }

  private static @Nullable Double number(String text) {
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String plain(double share) {
    return share == 0 ? "0" : BigDecimal.valueOf(share).stripTrailingZeros().toPlainString();
  }
}
