package dev.postern.llm;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendTls;
import dev.postern.core.Health;
import dev.postern.core.HealthVerdict;
import dev.postern.core.Transports;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import dev.postern.core.upstream.HealthRules;
import dev.postern.llm.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the policies that hold for one provider mean for calls to it.
 *
 * @param key the key that goes where the provider expects it, or null
 * @param passesCredentials whether the caller's own credentials are sent on
 * @param tls whether TLS is asked for
 * @param transports how to connect
 * @param health when the provider gets no calls, or null for the default
 * @param verdict which responses count against the provider
 * @param backendPhase what runs around each attempt
 */
record TargetPolicies(
    @Nullable Secret key,
    boolean passesCredentials,
    boolean tls,
    Transports transports,
    @Nullable HealthRules health,
    HealthVerdict verdict,
    PolicySet backendPhase) {

  static TargetPolicies of(BackendContext context, Provider provider, PolicySet policies) {
    Secret key = provider.apiKey();
    boolean passesCredentials = false;
    PolicySet phase = policies;
    BackendAuth auth = policies.find(BackendAuth.class);
    if (auth != null) {
      BackendAuth rest = auth;
      if (key != null) {
        rest = null; // The provider's own key is more specific.
      } else if (auth.key() != null && auth.key().location() == null) {
        // Providers differ in where they expect a key.
        key = auth.key().value();
        rest = auth.credentials().isEmpty() ? null : others(auth);
      } else if (auth.passthrough() != null) {
        passesCredentials = true;
        boolean stays = auth.passthrough().location() == null && auth.credentials().isEmpty();
        rest = stays ? null : auth;
      }
      phase = without(policies, auth.kind());
      phase = rest == null ? phase : phase.plus(rest);
    }
    BackendTls tls = policies.find(BackendTls.class);
    Health health = policies.find(Health.class);
    return new TargetPolicies(
        key,
        passesCredentials,
        tls != null,
        Transports.of(context, policies),
        rules(health),
        HealthVerdict.of(health, context),
        phase);
  }

  private static BackendAuth others(BackendAuth auth) {
    return new BackendAuth(null, null, auth.credentials());
  }

  private static PolicySet without(PolicySet policies, String kind) {
    List<String> kept = new ArrayList<>();
    for (Policy policy : policies.all()) {
      if (!policy.kind().equals(kind)) {
        kept.add(policy.kind());
      }
    }
    return policies.only(kept);
  }

  private static @Nullable HealthRules rules(@Nullable Health health) {
    return health == null || health.eviction() == null ? null : health.rules(true);
  }
}
