package dev.postern.llm.wire;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import org.jspecify.annotations.Nullable;

/** The errors that calls to models end with, as clients of OpenAI know their codes. */
public final class LlmErrors {
  private LlmErrors() {}

  /** Returns a 400 with a code and the part of the request that is to blame. */
  public static GatewayException invalid(String code, String message, @Nullable String param) {
    return Reason.INVALID_REQUEST.exception(message).code(code).param(param);
  }

  /** Returns the 404 for a model that nobody configured. */
  public static GatewayException modelNotFound(String model) {
    return Reason.NOT_FOUND
        .exception("Model not found: " + model)
        .code("model_not_found")
        .param("model");
  }

  /** Returns the 403 for a model that the caller may not use. */
  public static GatewayException modelNotAllowed() {
    return Reason.API_KEY_AUTH
        .exception("model not allowed")
        .status(403)
        .code("model_not_allowed")
        .param("model");
  }

  /** Returns the 404 for a path that is none of those served. */
  public static GatewayException unknownUrl(String method, String path) {
    return Reason.NOT_FOUND
        .exception("Unknown request URL: " + method + " " + path)
        .code("unknown_url");
  }

  /** Returns the 405 for a path that is served with other methods. */
  public static GatewayException methodNotAllowed(String method, String allowed) {
    return Reason.INVALID_REQUEST
        .exception("Method " + method + " is not allowed for this URL (expected: " + allowed + ")")
        .status(405)
        .code("method_not_allowed")
        .header("allow", allowed);
  }

  /** Returns the 501 for a kind of call that is known but not served. */
  public static GatewayException notImplemented(RouteType type) {
    return Reason.INVALID_REQUEST
        .exception("The " + type + " API is not implemented by this gateway")
        .status(501)
        .code("not_implemented");
  }

  /** Returns the 400 for a kind of call that a provider does not speak. */
  public static GatewayException unsupportedConversion(RouteType type, String provider) {
    return invalid(
        "unsupported_conversion", type + " is not supported by provider " + provider, null);
  }

  /** Returns the 502 for an answer that is none. */
  public static GatewayException invalidUpstreamResponse(String message) {
    return Reason.UPSTREAM_FAILURE.exception(message).status(502).code("invalid_upstream_response");
  }

  /** Returns the 502 for an answer that is too large to be read whole. */
  public static GatewayException upstreamResponseTooLarge(long limit) {
    return Reason.UPSTREAM_FAILURE
        .exception("The provider's answer is larger than " + limit + " bytes")
        .status(502)
        .code("upstream_response_too_large");
  }

  /** Returns the 502 for a provider that refused the gateway's own credentials. */
  public static GatewayException backendAuthFailed() {
    return Reason.UPSTREAM_FAILURE
        .exception("The provider did not accept the gateway's credentials")
        .status(502)
        .code("backend_auth_failed");
  }
}
