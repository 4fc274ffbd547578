package dev.postern.policy.authn;

/** What happens to requests whose credential is missing or wrong. */
public enum AuthenticationMode {
  /** A valid credential is required. */
  STRICT,
  /** A credential may be missing; one that is there must be valid. */
  OPTIONAL,
  /** Nothing is refused; a credential that is not valid says nothing about the caller. */
  PERMISSIVE
}
