package dev.postern.policy.authn;

import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;

/**
 * Finds a credential, has it verified, and takes it out of the request.
 *
 * <p>A credential that was not verified never reaches a backend either, unless the policy says so.
 */
final class AuthenticationInterceptor implements Interceptor {
  private final CredentialFinder finder;
  private final Verifier verifier;
  private final Handling handling;

  /** What is known of one kind of credential. */
  interface Verifier {
    /**
     * Verifies a credential and leaves what it says about the caller in the exchange.
     *
     * @throws GatewayException if it is not accepted
     */
    void verify(Exchange exchange, String credential);

    /** Returns the refusal of requests without a credential. */
    GatewayException missing();
  }

  /**
   * What to do with requests and credentials.
   *
   * @param mode what happens to requests whose credential is missing or wrong
   * @param forward whether a verified credential stays in the request
   * @param forwardInvalid whether one that is not valid stays in the request
   */
  record Handling(AuthenticationMode mode, boolean forward, boolean forwardInvalid) {}

  AuthenticationInterceptor(CredentialFinder finder, Verifier verifier, Handling handling) {
    this.finder = finder;
    this.verifier = verifier;
    this.handling = handling;
  }

  @Override
  public GatewayResponse intercept(Exchange exchange, GatewayRequest request, Chain next)
      throws IOException {
    String credential = finder.find(exchange, request);
    if (credential == null) {
      if (handling.mode() == AuthenticationMode.STRICT) {
        throw verifier.missing();
      }
      return next.proceed(exchange, request);
    }
    boolean keep = handling.forward();
    try {
      verifier.verify(exchange, credential);
      if (!keep) {
        finder.remember(exchange, credential);
      }
    } catch (GatewayException e) {
      if (handling.mode() != AuthenticationMode.PERMISSIVE) {
        throw e;
      }
      keep = handling.forwardInvalid();
    }
    return next.proceed(exchange, keep ? request : finder.without(request));
  }
}
