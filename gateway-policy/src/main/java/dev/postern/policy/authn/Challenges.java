package dev.postern.policy.authn;

/** What refusals ask for, as RFC 6750 and RFC 7617 write it. */
final class Challenges {
  private static final String REALM = "Bearer realm=\"Restricted\"";

  private Challenges() {}

  /** Returns the challenge to a request without credentials. */
  static String bearer() {
    return REALM;
  }

  /** Returns the challenge to a request whose credentials were not accepted. */
  static String invalidToken() {
    return REALM + ", error=\"invalid_token\"";
  }
}
