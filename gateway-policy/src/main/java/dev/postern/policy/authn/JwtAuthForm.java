package dev.postern.policy.authn;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How {@code jwtAuth} is written in YAML: with a list of issuers, or with the fields of the one
 * issuer right here.
 */
record JwtAuthForm(
    @Nullable List<JwtAuth.Provider> providers,
    @Nullable String issuer,
    @Nullable List<String> audiences,
    @Nullable Jwks jwks,
    JwtAuth.@Nullable ValidationOptions jwtValidationOptions,
    @Nullable Duration clockSkew,
    @Nullable List<String> algorithms,
    @Nullable String requireTyp,
    @Nullable Boolean allowMissingKid,
    @Nullable AuthenticationMode mode,
    @Nullable AuthorizationLocation location,
    @Nullable Boolean forward,
    @Nullable Boolean forwardInvalid,
    JwtAuth.@Nullable Unavailable onUnavailable,
    @Nullable Duration jwksFetchTimeout) {
  JwtAuthForm {
    boolean single =
        issuer != null
            || audiences != null
            || jwks != null
            || jwtValidationOptions != null
            || clockSkew != null
            || algorithms != null
            || requireTyp != null
            || allowMissingKid != null;
    if (single && providers != null) {
      throw new IllegalArgumentException(
          "providers: set together with the fields of one issuer (expected: either)");
    }
    if (providers == null && (issuer == null || jwks == null)) {
      throw new IllegalArgumentException(
          (issuer == null ? "issuer" : "jwks") + ": missing (expected: issuer and jwks)");
    }
  }

  static JwtAuthForm of(JwtAuth policy) {
    JwtAuth.Provider one = policy.providers().size() == 1 ? policy.providers().getFirst() : null;
    return new JwtAuthForm(
        one == null ? policy.providers() : null,
        one == null ? null : one.issuer(),
        one == null ? null : one.audiences(),
        one == null ? null : one.jwks(),
        one == null ? null : one.jwtValidationOptions(),
        one == null ? null : one.clockSkew(),
        one == null ? null : one.algorithms(),
        one == null ? null : one.requireTyp(),
        one == null ? null : one.allowMissingKid(),
        policy.mode(),
        policy.location(),
        policy.forward(),
        policy.forwardInvalid(),
        policy.onUnavailable(),
        policy.jwksFetchTimeout());
  }

  JwtAuth policy() {
    JwtAuth policy =
        JwtAuth.of(
            providers == null
                ? new JwtAuth.Provider[] {provider()}
                : providers.toArray(new JwtAuth.Provider[0]));
    policy = mode == null ? policy : policy.mode(mode);
    policy = location == null ? policy : policy.location(location);
    policy = forward == null ? policy : policy.forward(forward);
    policy = forwardInvalid == null ? policy : policy.forwardInvalid(forwardInvalid);
    policy = onUnavailable == null ? policy : policy.onUnavailable(onUnavailable);
    return jwksFetchTimeout == null ? policy : policy.jwksFetchTimeout(jwksFetchTimeout);
  }

  private JwtAuth.Provider provider() {
    JwtAuth.Provider provider =
        JwtAuth.Provider.of(requireNonNull(issuer, "issuer"), requireNonNull(jwks, "jwks"));
    provider = audiences == null ? provider : provider.audiences(audiences.toArray(new String[0]));
    provider =
        jwtValidationOptions == null
            ? provider
            : provider.jwtValidationOptions(jwtValidationOptions);
    provider = clockSkew == null ? provider : provider.clockSkew(clockSkew);
    provider =
        algorithms == null ? provider : provider.algorithms(algorithms.toArray(new String[0]));
    provider = requireTyp == null ? provider : provider.requireTyp(requireTyp);
    return allowMissingKid == null ? provider : provider.allowMissingKid(allowMissingKid);
  }
}
