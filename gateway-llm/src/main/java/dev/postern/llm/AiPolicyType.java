package dev.postern.llm;

import dev.postern.core.config.PolicyPlace;
import dev.postern.core.config.PolicyType;
import dev.postern.core.spi.Policy;
import java.util.Set;

/** Makes the {@code ai} policy reachable from YAML. */
public final class AiPolicyType implements PolicyType {
  /** For the service loader. */
  public AiPolicyType() {}

  @Override
  public String key() {
    return "ai";
  }

  @Override
  public Class<? extends Policy> type() {
    return AiPolicy.class;
  }

  @Override
  public Set<PolicyPlace> places() {
    return Set.of(PolicyPlace.ROUTE, PolicyPlace.BACKEND);
  }
}
