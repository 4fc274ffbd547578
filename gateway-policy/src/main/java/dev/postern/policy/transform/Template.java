package dev.postern.policy.transform;

import dev.postern.core.exchange.ExpressionText;
import java.util.ArrayList;
import java.util.List;

/**
 * A text with expressions in double braces; four opening braces stand for two.
 *
 * @param segments what it is joined of
 */
record Template(List<Segment> segments) {
  private static final String OPEN = "{{";
  private static final String CLOSE = "}}";
  private static final String ESCAPED = "{{{{";

  /** A part of the text. */
  sealed interface Segment {}

  /** Text as it stands. */
  record Literal(String text) implements Segment {}

  /** An expression. */
  record Inserted(ExpressionText expression) implements Segment {}

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if braces are left open
   */
  static Template parse(String text) {
    List<Segment> segments = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      if (text.startsWith(ESCAPED, at)) {
        literal.append(OPEN);
        at += ESCAPED.length();
      } else if (text.startsWith(OPEN, at)) {
        int end = close(text, at + OPEN.length());
        if (end < 0) {
          throw new IllegalArgumentException("value: \"" + text + "\" (expected: }} for each {{)");
        }
        if (!literal.isEmpty()) {
          segments.add(new Literal(literal.toString()));
          literal.setLength(0);
        }
        String expression = text.substring(at + OPEN.length(), end).strip();
        segments.add(new Inserted(ExpressionText.parse(expression)));
        at = end + CLOSE.length();
      } else {
        literal.append(text.charAt(at++));
      }
    }
    if (!literal.isEmpty() || segments.isEmpty()) {
      segments.add(new Literal(literal.toString()));
    }
    return new Template(List.copyOf(segments));
  }

  /** Returns where the braces close: not in a string of the expression. */
  private static int close(String text, int from) {
    char quote = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (text.startsWith(CLOSE, i)) {
        return i;
      }
    }
    return -1;
  }
}
