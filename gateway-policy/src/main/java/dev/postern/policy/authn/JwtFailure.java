package dev.postern.policy.authn;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;

/** Why a token is not accepted; the words are those that clients see. */
enum JwtFailure {
  MALFORMED("the token is invalid or malformed"),
  NO_KEY_ID("the token header does not specify a kid"),
  UNKNOWN_KEY("token uses the unknown key"),
  SIGNATURE("the token signature is invalid"),
  EXPIRED("the token has expired"),
  NOT_YET_VALID("the token is not yet valid"),
  ISSUER("issuer is not allowed"),
  AUDIENCE("audience is not allowed"),
  MISSING_CLAIM("missing required claim");

  private static final String FAILURE = "authentication failure: ";

  private final String text;

  JwtFailure(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  GatewayException exception() {
    return Reason.JWT_AUTH
        .exception(FAILURE + text)
        .header("www-authenticate", Challenges.invalidToken())
        .detail("jwtAuth: " + text);
  }

  static GatewayException missing() {
    return Reason.JWT_AUTH
        .exception(FAILURE + "no bearer token found")
        .header("www-authenticate", Challenges.bearer())
        .detail("jwtAuth: no token");
  }

  static GatewayException unavailable(JwtAuth.Unavailable answer) {
    GatewayException refusal =
        Reason.JWT_AUTH
            .exception("authentication unavailable")
            .detail("jwtAuth: the keys of the issuer are not available");
    return switch (answer) {
      case DENY503 -> refusal.status(503);
      case DENY401 -> refusal.header("www-authenticate", Challenges.bearer());
    };
  }
}
