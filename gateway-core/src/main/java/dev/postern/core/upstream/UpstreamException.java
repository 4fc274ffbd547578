package dev.postern.core.upstream;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An endpoint could not be reached, or broke off before or within its response. */
public final class UpstreamException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What failed. */
  public enum Kind {
    /** The name could not be resolved. */
    DNS,
    /** No connection, also when the time to connect ran out. */
    CONNECT,
    /** The TLS handshake failed. */
    TLS,
    /** The endpoint refused the stream without looking at it (HTTP/2). */
    REFUSED,
    /** The connection broke before the response head. */
    RESET,
    /** The response head did not come in time. */
    TIMEOUT,
    /** The response breaks the rules of HTTP. */
    PROTOCOL,
    /** The connection broke within the response body. */
    BODY
  }

  private final Kind kind;
  private final boolean requestSent;

  /**
   * Creates the exception.
   *
   * @param requestSent whether a byte of the request may have reached the endpoint
   */
  public UpstreamException(
      Kind kind, boolean requestSent, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.requestSent = requestSent;
  }

  /** Returns what failed. */
  public Kind kind() {
    return kind;
  }

  /** Returns whether a byte of the request may have reached the endpoint. */
  public boolean requestSent() {
    return requestSent;
  }

  /** Returns the error to answer with when nothing else is left to try. */
  public GatewayException toGatewayException() {
    return switch (kind) {
      case DNS -> Reason.UPSTREAM_FAILURE.exception("DNS resolution failed", this);
      case TIMEOUT -> Reason.TIMEOUT.exception("upstream call timeout", this);
      case CONNECT, TLS, REFUSED, RESET, PROTOCOL, BODY ->
          Reason.UPSTREAM_FAILURE.exception("upstream call failed", this);
    };
  }
}
