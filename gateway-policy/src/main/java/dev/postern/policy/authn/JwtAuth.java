package dev.postern.policy.authn;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Believes callers what signed JSON Web Tokens of some issuers say about them.
 *
 * <p>A token is accepted if the issuer it names is one of {@code providers}, a key of that issuer
 * made its signature, and its claims are in order. A request with any other token is refused with
 * 401; one without a token only in strict mode. Expressions see the claims at {@code jwt}.
 *
 * @param providers the issuers, each once
 * @param mode what happens to requests whose token is missing or not accepted; optional by default
 * @param location where the token stands; a bearer token by default
 * @param forward whether the token stays in the request; by default it is taken out
 * @param forwardInvalid whether one that is not accepted stays in the request, in permissive mode;
 *     by default it is taken out
 * @param onUnavailable the answer while the keys of an issuer cannot be had; 503 by default
 * @param jwksFetchTimeout how long requests wait for keys that are being fetched; 5 s by default
 */
public record JwtAuth(
    List<Provider> providers,
    AuthenticationMode mode,
    AuthorizationLocation location,
    boolean forward,
    boolean forwardInvalid,
    Unavailable onUnavailable,
    Duration jwksFetchTimeout)
    implements InterceptingPolicy {
  private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(5);

  /** What requests get while the keys of an issuer cannot be had. They never pass. */
  public enum Unavailable {
    /** 503. */
    DENY503,
    /** 401. */
    DENY401
  }

  /** Sets the defaults and checks the issuers. */
  public JwtAuth {
    providers = providers == null ? List.of() : List.copyOf(providers);
    mode = mode == null ? AuthenticationMode.OPTIONAL : mode;
    location = location == null ? AuthorizationLocation.BEARER : location;
    onUnavailable = onUnavailable == null ? Unavailable.DENY503 : onUnavailable;
    jwksFetchTimeout = jwksFetchTimeout == null ? FETCH_TIMEOUT : jwksFetchTimeout;
    if (providers.isEmpty()) {
      throw new IllegalArgumentException("providers: none (expected: at least one issuer)");
    }
    if (!jwksFetchTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "jwksFetchTimeout: " + jwksFetchTimeout + " (expected: more than zero)");
    }
    Set<String> issuers = new HashSet<>();
    for (int i = 0; i < providers.size(); i++) {
      if (!issuers.add(providers.get(i).issuer())) {
        throw new IllegalArgumentException(
            "providers[" + i + "].issuer: named twice (expected: each issuer once)");
      }
    }
  }

  /** Returns a policy that believes these issuers, and lets requests without a token pass. */
  public static JwtAuth of(Provider... providers) {
    return new JwtAuth(
        List.of(providers),
        AuthenticationMode.OPTIONAL,
        AuthorizationLocation.BEARER,
        false,
        false,
        Unavailable.DENY503,
        FETCH_TIMEOUT);
  }

  /** Returns this policy with other issuers. */
  public JwtAuth providers(Provider... providers) {
    return new JwtAuth(
        List.of(providers),
        mode,
        location,
        forward,
        forwardInvalid,
        onUnavailable,
        jwksFetchTimeout);
  }

  /** Returns this policy in another mode. */
  public JwtAuth mode(AuthenticationMode mode) {
    return new JwtAuth(
        providers, mode, location, forward, forwardInvalid, onUnavailable, jwksFetchTimeout);
  }

  /** Returns this policy looking for the token elsewhere. */
  public JwtAuth location(AuthorizationLocation location) {
    return new JwtAuth(
        providers, mode, location, forward, forwardInvalid, onUnavailable, jwksFetchTimeout);
  }

  /** Returns this policy, leaving tokens in requests or not. */
  public JwtAuth forward(boolean forward) {
    return new JwtAuth(
        providers, mode, location, forward, forwardInvalid, onUnavailable, jwksFetchTimeout);
  }

  /** Returns this policy, leaving tokens that are not accepted in requests or not. */
  public JwtAuth forwardInvalid(boolean forwardInvalid) {
    return new JwtAuth(
        providers, mode, location, forward, forwardInvalid, onUnavailable, jwksFetchTimeout);
  }

  /** Returns this policy with another answer while keys cannot be had. */
  public JwtAuth onUnavailable(Unavailable onUnavailable) {
    return new JwtAuth(
        providers, mode, location, forward, forwardInvalid, onUnavailable, jwksFetchTimeout);
  }

  /** Returns this policy with another time to wait for keys. */
  public JwtAuth jwksFetchTimeout(Duration jwksFetchTimeout) {
    return new JwtAuth(
        providers, mode, location, forward, forwardInvalid, onUnavailable, jwksFetchTimeout);
  }

  @Override
  public String kind() {
    return "jwtAuth";
  }

  @Override
  public Phase phase(Place place) {
    return switch (place) {
      case GATEWAY, ROUTE -> Phase.JWT_AUTH;
      case BACKEND -> throw place.misplaced(kind(), "a gateway or a route");
    };
  }

  @Override
  public List<VariableSource> variables() {
    return List.of(JwtVariable.INSTANCE);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return new AuthenticationInterceptor(
        new CredentialFinder(location, context),
        new JwtVerifier(this, context),
        new AuthenticationInterceptor.Handling(mode, forward, forwardInvalid));
  }

  /**
   * An issuer of tokens.
   *
   * @param issuer its name, exactly as tokens write it
   * @param audiences of which a token must name one; not looked at when empty
   * @param jwks its keys
   * @param jwtValidationOptions what tokens must hold; an expiry by default
   * @param clockSkew how far its clock may be from this one; a minute by default
   * @param algorithms the signatures to accept; whatever its keys make when empty
   * @param requireTyp the type that tokens must say they are, or null for any
   * @param allowMissingKid whether a token may leave out which key signed it, if there is only one
   */
  public record Provider(
      String issuer,
      List<String> audiences,
      Jwks jwks,
      ValidationOptions jwtValidationOptions,
      Duration clockSkew,
      List<String> algorithms,
      @Nullable String requireTyp,
      boolean allowMissingKid) {
    private static final Duration SKEW = Duration.ofSeconds(60);

    /** Sets the defaults and checks the values. */
    public Provider {
      requireNonNull(issuer, "issuer");
      requireNonNull(jwks, "jwks");
      audiences = audiences == null ? List.of() : List.copyOf(audiences);
      jwtValidationOptions =
          jwtValidationOptions == null ? ValidationOptions.DEFAULTS : jwtValidationOptions;
      clockSkew = clockSkew == null ? SKEW : clockSkew;
      algorithms = algorithms == null ? List.of() : List.copyOf(algorithms);
      if (issuer.isEmpty()) {
        throw new IllegalArgumentException("issuer: empty (expected: the name of an issuer)");
      }
      if (clockSkew.isNegative()) {
        throw new IllegalArgumentException("clockSkew: " + clockSkew + " (expected: zero or more)");
      }
      for (int i = 0; i < algorithms.size(); i++) {
        if (JwsAlgorithm.named(algorithms.get(i)) == null) {
          throw new IllegalArgumentException(
              "algorithms["
                  + i
                  + "]: \""
                  + algorithms.get(i)
                  + "\" (expected: one of "
                  + JwsAlgorithm.names()
                  + ")");
        }
      }
    }

    /** Returns an issuer with these keys, whose tokens are for anybody and expire. */
    public static Provider of(String issuer, Jwks jwks) {
      return new Provider(
          issuer, List.of(), jwks, ValidationOptions.DEFAULTS, SKEW, List.of(), null, false);
    }

    /** Returns this issuer, with tokens for one of these. */
    public Provider audiences(String... audiences) {
      return new Provider(
          issuer,
          List.of(audiences),
          jwks,
          jwtValidationOptions,
          clockSkew,
          algorithms,
          requireTyp,
          allowMissingKid);
    }

    /** Returns this issuer, with tokens that must hold something else. */
    public Provider jwtValidationOptions(ValidationOptions jwtValidationOptions) {
      return new Provider(
          issuer,
          audiences,
          jwks,
          jwtValidationOptions,
          clockSkew,
          algorithms,
          requireTyp,
          allowMissingKid);
    }

    /** Returns this issuer, with a clock that may be that far off. */
    public Provider clockSkew(Duration clockSkew) {
      return new Provider(
          issuer,
          audiences,
          jwks,
          jwtValidationOptions,
          clockSkew,
          algorithms,
          requireTyp,
          allowMissingKid);
    }

    /** Returns this issuer, with these signatures only, as {@code RS256}. */
    public Provider algorithms(String... algorithms) {
      return new Provider(
          issuer,
          audiences,
          jwks,
          jwtValidationOptions,
          clockSkew,
          List.of(algorithms),
          requireTyp,
          allowMissingKid);
    }

    /** Returns this issuer, with tokens that say they are of that type, as {@code at+jwt}. */
    public Provider requireTyp(String requireTyp) {
      return new Provider(
          issuer,
          audiences,
          jwks,
          jwtValidationOptions,
          clockSkew,
          algorithms,
          requireTyp,
          allowMissingKid);
    }

    /** Returns this issuer, with tokens that may leave out which key signed them, or not. */
    public Provider allowMissingKid(boolean allowMissingKid) {
      return new Provider(
          issuer,
          audiences,
          jwks,
          jwtValidationOptions,
          clockSkew,
          algorithms,
          requireTyp,
          allowMissingKid);
    }
  }

  /**
   * What tokens must hold.
   *
   * @param requiredClaims claims that must be there; {@code exp} by default
   */
  public record ValidationOptions(List<String> requiredClaims) {
    /** An expiry. */
    static final ValidationOptions DEFAULTS = new ValidationOptions(List.of("exp"));

    /** Sets the default. */
    public ValidationOptions {
      requiredClaims = requiredClaims == null ? List.of("exp") : List.copyOf(requiredClaims);
    }
  }
}
