package dev.postern.core.telemetry;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An expression, and the name that its value is shown under. */
record NamedExpression(String name, Expression expression) {
  /**
   * Returns a copy that keeps the order.
   *
   * @param field what holds the names, for the message
   * @throws IllegalArgumentException if a name is empty
   */
  static Map<String, ExpressionText> copy(String field, Map<String, ExpressionText> texts) {
    for (String name : texts.keySet()) {
      if (name.isBlank()) {
        throw new IllegalArgumentException(field + ": an empty name (expected: a name)");
      }
    }
    return Collections.unmodifiableMap(new LinkedHashMap<>(texts));
  }

  /** Returns a copy with one more. */
  static Map<String, ExpressionText> plus(
      Map<String, ExpressionText> texts, String name, String expression) {
    Map<String, ExpressionText> more = new LinkedHashMap<>(texts);
    more.put(name, ExpressionText.parse(expression));
    return more;
  }
}
