package dev.postern.core.http;

import java.io.IOException;

/** A server-sent event that is longer than the reader was willing to hold. */
public final class EventTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int limit;

  /**
   * Creates the exception.
   *
   * @param limit the limit that was passed, in bytes
   */
  public EventTooLargeException(int limit) {
    super("event larger than " + limit + " bytes");
    this.limit = limit;
  }

  /** Returns the limit that was passed, in bytes. */
  public int limit() {
    return limit;
  }
}
