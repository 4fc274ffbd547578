package dev.postern.policy.external;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The authorization service could not decide. The message is for the log, and holds no secret. */
final class CheckFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  CheckFailedException(String message) {
    this(message, null);
  }

  CheckFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Costs no stack trace: a service that is down fails for every request. */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
