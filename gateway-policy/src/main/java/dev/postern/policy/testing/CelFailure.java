package dev.postern.policy.testing;

import dev.postern.core.exchange.EvaluationException;

/** An expression gave no value in a test. Its message says why, and what it was given. */
public final class CelFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final EvaluationException.Kind kind;

  CelFailure(String message, EvaluationException cause) {
    super(message, cause);
    this.kind = cause.kind();
  }

  /** Returns why there is no value. */
  public EvaluationException.Kind kind() {
    return kind;
  }
}
