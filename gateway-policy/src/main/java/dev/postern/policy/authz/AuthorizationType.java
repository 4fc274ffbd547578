package dev.postern.policy.authz;

import dev.postern.core.config.PolicyPlace;
import dev.postern.core.config.PolicyType;
import dev.postern.core.spi.Policy;
import java.util.Set;

/** {@code authorization}; found by the service loader. */
public final class AuthorizationType implements PolicyType {
  /** For the service loader. */
  public AuthorizationType() {}

  @Override
  public String key() {
    return "authorization";
  }

  @Override
  public Class<? extends Policy> type() {
    return Authorization.class;
  }

  @Override
  public Set<PolicyPlace> places() {
    return Set.of(
        PolicyPlace.GATEWAY,
        PolicyPlace.ROUTE,
        PolicyPlace.BACKEND,
        PolicyPlace.LLM,
        PolicyPlace.UI);
  }
}
