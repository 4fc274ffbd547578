package dev.postern.core.exchange;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** An expression that cannot be compiled. Says what is wrong, and at which character. */
public final class ExpressionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private static final int SHOWN = 120;

  private final transient ExpressionText expression;
  private final String problem;
  private final int offset;

  /**
   * Creates the exception.
   *
   * @param expression what was to be compiled
   * @param offset the code point of its text that is to blame, from 0; -1 for none in particular
   * @param problem what is wrong, and what was expected
   */
  public ExpressionException(ExpressionText expression, int offset, String problem) {
    super(message(expression, offset, problem), null);
    this.expression = expression;
    this.problem = requireNonNull(problem, "problem");
    this.offset = offset;
  }

  private ExpressionException(String field, ExpressionException cause) {
    super(field + ": " + cause.getMessage(), cause);
    this.expression = cause.expression;
    this.problem = cause.problem;
    this.offset = cause.offset;
  }

  /** Returns this exception, its message beginning with the field that holds the expression. */
  public ExpressionException in(String field) {
    return new ExpressionException(field, this);
  }

  /** Returns what was to be compiled. */
  public ExpressionText expression() {
    return expression;
  }

  /** Returns what is wrong, without the text and the place in it. */
  public String problem() {
    return problem;
  }

  /** Returns the code point of the text that is to blame, from 0, or -1 for none in particular. */
  public int offset() {
    return offset;
  }

  /** Returns where the fault stands in the file, or null when that is not known. */
  public ExpressionText.@Nullable Position position() {
    ExpressionText.Origin origin = expression.origin();
    return origin == null ? null : origin.position(Math.max(offset, 0));
  }

  private static String message(ExpressionText expression, int offset, String problem) {
    if (offset < 0) {
      return problem;
    }
    String text = expression.text();
    int at = text.offsetByCodePoints(0, Math.min(offset, text.codePointCount(0, text.length())));
    int start = text.lastIndexOf('\n', at - 1) + 1;
    int end = text.indexOf('\n', at);
    String line = text.substring(start, end < 0 ? text.length() : end);
    int column = text.codePointCount(start, at) + 1;
    long number = text.substring(0, start).chars().filter(c -> c == '\n').count() + 1;
    String place = problem + " (line " + number + ", column " + column + ")";
    return line.length() > SHOWN
        ? place
        : place + "\n  | " + line + "\n  | " + " ".repeat(column - 1) + "^";
  }
}
