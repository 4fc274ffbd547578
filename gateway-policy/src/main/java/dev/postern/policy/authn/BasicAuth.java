package dev.postern.policy.authn;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.text.Secret;
import java.util.List;

/**
 * Knows callers by user name and password, as RFC 7617 describes.
 *
 * <p>A request with a wrong password is refused with 401; one without any only in strict mode.
 * Expressions see the user at {@code basicAuth.username}.
 *
 * @param htpasswd lines of user names and hashes of passwords, as Apache's {@code htpasswd} writes
 *     them: bcrypt, apr1 or SHA; a file is followed as it changes
 * @param realm what browsers show; {@code Restricted} by default
 * @param mode what happens to requests whose password is missing or wrong; optional by default
 * @param authorizationLocation where the credentials stand; {@code Authorization: Basic} by default
 * @param forward whether the credentials stay in the request; by default they are taken out
 * @param forwardInvalid whether wrong ones stay in the request, in permissive mode; by default they
 *     are taken out
 */
public record BasicAuth(
    Secret htpasswd,
    String realm,
    AuthenticationMode mode,
    AuthorizationLocation authorizationLocation,
    boolean forward,
    boolean forwardInvalid)
    implements InterceptingPolicy {
  private static final String REALM = "Restricted";

  /** Sets the defaults and checks the users. */
  public BasicAuth {
    requireNonNull(htpasswd, "htpasswd");
    realm = realm == null ? REALM : realm;
    mode = mode == null ? AuthenticationMode.OPTIONAL : mode;
    authorizationLocation =
        authorizationLocation == null ? AuthorizationLocation.BASIC : authorizationLocation;
    if (!HeaderRules.isValue(realm) || !realm.chars().allMatch(c -> c < 0x7f)) {
      throw new IllegalArgumentException("realm: not printable ASCII (expected: printable ASCII)");
    }
    UserTable.read(htpasswd.reveal());
  }

  /** Returns a policy with these users, which lets requests without credentials pass. */
  public static BasicAuth of(Secret htpasswd) {
    return new BasicAuth(
        htpasswd, REALM, AuthenticationMode.OPTIONAL, AuthorizationLocation.BASIC, false, false);
  }

  /** Returns this policy with other users. */
  public BasicAuth htpasswd(Secret htpasswd) {
    return new BasicAuth(htpasswd, realm, mode, authorizationLocation, forward, forwardInvalid);
  }

  /** Returns this policy with another realm. */
  public BasicAuth realm(String realm) {
    return new BasicAuth(htpasswd, realm, mode, authorizationLocation, forward, forwardInvalid);
  }

  /** Returns this policy in another mode. */
  public BasicAuth mode(AuthenticationMode mode) {
    return new BasicAuth(htpasswd, realm, mode, authorizationLocation, forward, forwardInvalid);
  }

  /** Returns this policy looking for the credentials elsewhere. */
  public BasicAuth authorizationLocation(AuthorizationLocation authorizationLocation) {
    return new BasicAuth(htpasswd, realm, mode, authorizationLocation, forward, forwardInvalid);
  }

  /** Returns this policy, leaving credentials in requests or not. */
  public BasicAuth forward(boolean forward) {
    return new BasicAuth(htpasswd, realm, mode, authorizationLocation, forward, forwardInvalid);
  }

  /** Returns this policy, leaving wrong credentials in requests or not. */
  public BasicAuth forwardInvalid(boolean forwardInvalid) {
    return new BasicAuth(htpasswd, realm, mode, authorizationLocation, forward, forwardInvalid);
  }

  @Override
  public String kind() {
    return "basicAuth";
  }

  @Override
  public Phase phase(Place place) {
    return switch (place) {
      case GATEWAY, ROUTE -> Phase.BASIC_AUTH;
      case BACKEND -> throw place.misplaced(kind(), "a gateway or a route");
    };
  }

  @Override
  public List<VariableSource> variables() {
    return List.of(BasicAuthVariable.INSTANCE);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return new AuthenticationInterceptor(
        new CredentialFinder(authorizationLocation, context),
        new BasicAuthVerifier(this, Hashing.of(context), context.timers()),
        new AuthenticationInterceptor.Handling(mode, forward, forwardInvalid));
  }
}
