package dev.postern.policy.ratelimit;

import dev.postern.core.config.ConfigContext;
import dev.postern.core.config.ConfigNode;
import dev.postern.core.config.PolicyPlace;
import dev.postern.core.config.PolicyType;
import dev.postern.core.spi.Policy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes {@code localRateLimit} reachable from YAML: a list of limits, or one. */
public final class LocalRateLimitType implements PolicyType {
  /** For the service loader. */
  public LocalRateLimitType() {}

  @Override
  public String key() {
    return "localRateLimit";
  }

  @Override
  public Class<? extends Policy> type() {
    return LocalRateLimit.class;
  }

  @Override
  public Set<PolicyPlace> places() {
    return Set.of(PolicyPlace.GATEWAY, PolicyPlace.ROUTE, PolicyPlace.LLM);
  }

  @Override
  public boolean conditional() {
    return true;
  }

  @Override
  public @Nullable Policy read(ConfigNode node, ConfigContext context) {
    List<ConfigNode> items = node.kind() == ConfigNode.Kind.LIST ? node.items() : List.of(node);
    List<RateLimit> limits = new ArrayList<>();
    boolean failed = false;
    for (ConfigNode item : items) {
      RateLimit limit = context.read(item, RateLimit.class);
      if (limit == null) {
        failed = true;
      } else {
        limits.add(limit);
      }
    }
    return failed ? null : new LocalRateLimit(limits);
  }

  @Override
  public Type form() {
    return LocalRateLimit.class.getRecordComponents()[0].getGenericType();
  }

  @Override
  public Object write(Policy policy) {
    return ((LocalRateLimit) policy).limits();
  }
}
