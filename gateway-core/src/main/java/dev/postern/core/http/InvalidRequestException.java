package dev.postern.core.http;

import static java.util.Objects.requireNonNull;

/**
 * A message breaks the rules of HTTP or those of the gateway for it.
 *
 * <p>Carries no stack trace: it says nothing about the gateway.
 */
public final class InvalidRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String detail;

  /**
   * Creates the exception.
   *
   * @param status the status of the answer
   * @param message what to tell the client
   * @param detail what was wrong, for the log only
   */
  public InvalidRequestException(int status, String message, String detail) {
    super(requireNonNull(message, "message"), null, false, false);
    this.status = status;
    this.detail = requireNonNull(detail, "detail");
  }

  static InvalidRequestException malformed(String detail) {
    return new InvalidRequestException(400, "invalid request", detail);
  }

  /** Returns the status of the answer. */
  public int status() {
    return status;
  }

  /** Returns what to tell the client. */
  public String message() {
    return requireNonNull(getMessage());
  }

  /** Returns what was wrong, for the log only. */
  public String detail() {
    return detail;
  }
}
