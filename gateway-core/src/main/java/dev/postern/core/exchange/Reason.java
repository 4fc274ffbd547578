package dev.postern.core.exchange;

/**
 * Why a response is not the backend's own: a closed list, used by logs and metrics.
 *
 * <p>Each constant carries the status that answers usually have for it.
 */
public enum Reason {
  /** Not a reason at all: the response is the backend's own. */
  UPSTREAM("Upstream", 200, false),
  /** A policy answered in the backend's place. */
  DIRECT_RESPONSE("DirectResponse", 200, true),
  /** No bind, listener, route or model fits. */
  NOT_FOUND("NotFound", 404, true),
  /** No endpoint can take the request. */
  NO_HEALTHY_BACKEND("NoHealthyBackend", 503, false),
  /** A fault of the gateway itself or of its configuration. */
  INTERNAL("Internal", 500, false),
  /** The request breaks the rules of its protocol. */
  INVALID_REQUEST("InvalidRequest", 400, true),
  /** A JSON Web Token is missing or not accepted. */
  JWT_AUTH("JwtAuth", 401, true),
  /** Browser login failed. */
  OIDC("Oidc", 401, true),
  /** Basic credentials are missing or wrong. */
  BASIC_AUTH("BasicAuth", 401, true),
  /** An API key is missing or unknown. */
  API_KEY_AUTH("APIKeyAuth", 401, true),
  /** The external authorization service refused. */
  EXT_AUTH("ExtAuth", 403, true),
  /** A rule denies the request. */
  AUTHORIZATION("Authorization", 403, true),
  /** Cross-site request forgery protection refused. */
  CSRF("Csrf", 403, true),
  /** A deadline passed. */
  TIMEOUT("Timeout", 504, false),
  /** The external processor failed. */
  EXT_PROC("ExtProc", 500, false),
  /** A rate limit is used up. */
  RATE_LIMIT("RateLimit", 429, true),
  /** A budget is used up. */
  BUDGET("Budget", 429, true),
  /** A guard refused the content. */
  GUARDRAIL("Guardrail", 403, true),
  /** An MCP error. */
  MCP("MCP", 200, true),
  /** The backend could not be reached or broke off. */
  UPSTREAM_FAILURE("UpstreamFailure", 503, false),
  /** The gateway takes no more work at the moment. */
  OVERLOAD("Overload", 503, true),
  /** The caller went away. */
  CANCELLED("Cancelled", 499, true);

  private final String label;
  private final int status;
  private final boolean expected;

  Reason(String label, int status, boolean expected) {
    this.label = label;
    this.status = status;
    this.expected = expected;
  }

  /** Returns the word that logs and metrics show. */
  public String label() {
    return label;
  }

  /** Returns the usual status. */
  public int status() {
    return status;
  }

  /** Returns whether this is part of normal service, so that a stack trace would be noise. */
  public boolean expected() {
    return expected;
  }

  /**
   * Returns an exception of this reason with its usual status.
   *
   * @param message what to tell the client: no secrets, addresses or configuration names
   */
  public GatewayException exception(String message) {
    return new GatewayException(this, message, null);
  }

  /**
   * Returns an exception of this reason with its usual status.
   *
   * @param message what to tell the client: no secrets, addresses or configuration names
   * @param cause what was observed, for the log
   */
  public GatewayException exception(String message, Throwable cause) {
    return new GatewayException(this, message, cause);
  }
}
