package dev.postern.policy.cel;

import dev.cel.common.CelErrorCode;
import dev.cel.common.CelException;
import dev.cel.common.exceptions.CelRuntimeException;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.EvaluationException.Kind;
import org.jspecify.annotations.Nullable;

/** Why an evaluation failed, in words that hold no values. */
final class Failures {
  private Failures() {}

  /** What a function was asked for is not there. */
  static final class Missing extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    Missing(String message) {
      super(message, null);
    }
  }

  static EvaluationException of(Exception failure) {
    Kind kind = kind(failure);
    return new EvaluationException(
        kind,
        switch (kind) {
          case MISSING -> "a variable, field or key is not there";
          case TYPE -> "a value has another type";
          case FUNCTION -> "a function refused its arguments";
          case LIMIT -> "a limit was reached";
          case OTHER -> "it cannot be computed";
        });
  }

  static boolean isMissing(Exception failure) {
    return kind(failure) == Kind.MISSING;
  }

  private static Kind kind(Exception failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Missing) {
        return Kind.MISSING;
      }
      if (cause instanceof Limits.TooLarge) {
        return Kind.LIMIT;
      }
    }
    CelErrorCode code =
        switch (failure) {
          case CelException e -> e.getErrorCode();
          case CelRuntimeException e -> e.getErrorCode();
          default -> CelErrorCode.INTERNAL_ERROR;
        };
    return switch (code) {
      case ATTRIBUTE_NOT_FOUND, INDEX_OUT_OF_BOUNDS -> Kind.MISSING;
      case OVERLOAD_NOT_FOUND, AMBIGUOUS_OVERLOAD, TYPE_NOT_FOUND -> Kind.TYPE;
      case ITERATION_BUDGET_EXCEEDED -> Kind.LIMIT;
      case INTERNAL_ERROR, INVALID_ARGUMENT, BAD_FORMAT -> Kind.FUNCTION;
      default -> Kind.OTHER;
    };
  }

  /** Returns what to throw so that a failure that was looked at goes on as it was. */
  static RuntimeException again(Exception failure) {
    return failure instanceof RuntimeException runtime
        ? runtime
        : isMissing(failure)
            ? new Missing(String.valueOf(failure.getMessage()))
            : new IllegalArgumentException(failure);
  }
}
