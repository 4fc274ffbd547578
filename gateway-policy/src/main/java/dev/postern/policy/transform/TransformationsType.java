package dev.postern.policy.transform;

import dev.postern.core.config.PolicyPlace;
import dev.postern.core.config.PolicyType;
import dev.postern.core.spi.Policy;
import java.util.Set;

/** Makes {@code transformations} reachable from YAML. */
public final class TransformationsType implements PolicyType {
  /** For the service loader. */
  public TransformationsType() {}

  @Override
  public String key() {
    return "transformations";
  }

  @Override
  public Class<? extends Policy> type() {
    return Transformations.class;
  }

  @Override
  public Set<PolicyPlace> places() {
    return Set.of(
        PolicyPlace.GATEWAY,
        PolicyPlace.ROUTE,
        PolicyPlace.BACKEND,
        PolicyPlace.SERVICE,
        PolicyPlace.LLM);
  }

  @Override
  public boolean conditional() {
    return true;
  }
}
