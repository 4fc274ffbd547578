package dev.postern.core.exchange;

import static java.util.Objects.requireNonNull;

import dev.postern.core.http.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Ends an exchange with an error: the one way to refuse or give up.
 *
 * <p>The backend's {@link ErrorRenderer} turns it into the client's own protocol format. The
 * message is for the client; the cause and the {@linkplain #detail() detail} are for the log.
 * Exceptions of {@linkplain Reason#expected() expected} reasons carry no stack trace.
 */
public final class GatewayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private int status;
  private @Nullable String code;
  private @Nullable String param;
  private @Nullable String detail;
  private transient Headers headers = Headers.EMPTY;

  GatewayException(Reason reason, String message, @Nullable Throwable cause) {
    super(requireNonNull(message, "message"), cause, false, !reason.expected() && cause == null);
    this.reason = reason;
    this.status = reason.status();
  }

  /** Returns the reason, as logs and metrics show it. */
  public Reason reason() {
    return reason;
  }

  /** Returns the status of the answer. */
  public int status() {
    return status;
  }

  /** Returns the message for the client. */
  public String message() {
    return requireNonNull(getMessage());
  }

  /** Returns the protocol's own error code, as in {@code model_not_found}, or null. */
  public @Nullable String code() {
    return code;
  }

  /**
   * Returns the part of the request that is to blame, as in {@code messages[2].content}, or null.
   */
  public @Nullable String param() {
    return param;
  }

  /** Returns what only the operator may see, or null. */
  public @Nullable String detail() {
    return detail;
  }

  /** Returns headers of the answer. */
  public Headers headers() {
    return headers;
  }

  /** Sets the status of the answer; returns this exception. */
  public GatewayException status(int status) {
    this.status = status;
    return this;
  }

  /** Sets the protocol's own error code; returns this exception. */
  public GatewayException code(String code) {
    this.code = code;
    return this;
  }

  /** Sets the part of the request that is to blame; returns this exception. */
  public GatewayException param(@Nullable String param) {
    this.param = param;
    return this;
  }

  /** Sets what only the operator may see; returns this exception. */
  public GatewayException detail(String detail) {
    this.detail = detail;
    return this;
  }

  /** Adds a header of the answer; returns this exception. */
  public GatewayException header(String name, String value) {
    this.headers = headers.with(name, value);
    return this;
  }
}
