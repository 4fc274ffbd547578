package dev.postern.core.http;

import java.io.IOException;

/** More content than the reader was willing to hold. */
public final class BodyTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long limit;

  /**
   * Creates the exception.
   *
   * @param limit the limit that was passed, in bytes
   */
  public BodyTooLargeException(long limit) {
    super("body larger than " + limit + " bytes");
    this.limit = limit;
  }

  /** Returns the limit that was passed, in bytes. */
  public long limit() {
    return limit;
  }
}
