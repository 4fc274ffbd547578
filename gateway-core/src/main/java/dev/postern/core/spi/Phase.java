package dev.postern.core.spi;

/**
 * When a policy runs among those attached to the same place: in the order of these constants.
 * Responses pass in reverse.
 */
public enum Phase {
  /** Limits how long everything further in may take. */
  TIMEOUT,
  /** Answers preflight requests before anybody is asked who they are. */
  CORS,
  /** Limits that count before anybody is asked who they are; at gateways only. */
  EARLY_RATE_LIMIT,
  /** Browser login. */
  OIDC,
  /** JSON Web Tokens. */
  JWT_AUTH,
  /** Basic credentials. */
  BASIC_AUTH,
  /** API keys. */
  API_KEY,
  /** An external service decides; at a route it is asked before the rules run. */
  EXT_AUTHZ,
  /** Rules decide. */
  AUTHORIZATION,
  /** Limits counted in this process. */
  LOCAL_RATE_LIMIT,
  /** Limits counted elsewhere. */
  REMOTE_RATE_LIMIT,
  /** Spending limits. */
  BUDGET,
  /** Bodies are read into memory. */
  BUFFER,
  /** An external service processes the message. */
  EXT_PROC,
  /** Expressions rewrite the message. */
  TRANSFORMATION,
  /** Cross-site request forgery protection. */
  CSRF,
  /** Headers are added, set and removed. */
  HEADER_MODIFIER,
  /** Authority and path are rewritten. */
  URL_REWRITE,
  /** Redirects answer. */
  REDIRECT,
  /** Waits. */
  DELAY,
  /** Fixed responses answer. */
  DIRECT_RESPONSE,
  /** Rules of one backend decide. */
  BACKEND_AUTHORIZATION,
  /** An external service decides about one backend. */
  BACKEND_EXT_AUTHZ,
  /** Credentials for the backend are put in. */
  BACKEND_AUTH,
  /** Expressions rewrite the message for one backend. */
  BACKEND_TRANSFORMATION,
  /** Headers are changed for one backend. */
  BACKEND_HEADER_MODIFIER,
  /** Redirects of one backend answer. */
  BACKEND_REDIRECT
}
