package dev.postern.core.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The client's own body broke off or broke the rules while it was read.
 *
 * <p>Whoever meets it while sending the body upstream must not blame the endpoint: no retry, no
 * eviction.
 */
public final class ClientBodyException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * Creates the exception.
   *
   * @param status what to answer if an answer can still be sent: 400 for a broken body, 408 for one
   *     that stopped coming, 413 for one that is too large
   * @param message what was wrong, safe for the client
   * @param cause what was observed, or null
   */
  public ClientBodyException(int status, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** Returns the status to answer with. */
  public int status() {
    return status;
  }
}
