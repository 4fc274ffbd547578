package dev.postern.core.exchange;

/**
 * An expression has no value for this exchange, or one of another kind than its use asks for.
 *
 * <p>Says why in words that hold no values of the exchange. Carries no stack trace.
 */
public final class EvaluationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** Why there is no value; the label of the metric that counts it. */
  public enum Kind {
    /** A variable, field or key is not there. */
    MISSING,
    /** A value has another type than an operation or the use asks for. */
    TYPE,
    /** A function refused its arguments, or the expression itself failed on purpose. */
    FUNCTION,
    /** A limit on work or size was reached. */
    LIMIT,
    /** Anything else. */
    OTHER
  }

  /** Creates the exception. The message must hold no value of the exchange. */
  public EvaluationException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /** Returns why there is no value. */
  public Kind kind() {
    return kind;
  }
}
