package dev.postern.core;

import dev.postern.core.spi.Place;
import dev.postern.core.spi.PolicySet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what is attached by name. Of one kind at one level, the earlier in the file wins. */
final class TargetedPolicies {
  private final List<TargetedPolicy> policies;

  TargetedPolicies(List<TargetedPolicy> policies) {
    this.policies = policies;
  }

  /** Returns what is attached to a listener, over what is attached to its gateway. */
  PolicySet gateway(String gateway, String listener, Place place) {
    PolicySet forGateway = PolicySet.EMPTY;
    PolicySet forListener = PolicySet.EMPTY;
    for (TargetedPolicy policy : policies) {
      if (policy.place() == place
          && policy.target() instanceof TargetedPolicy.Target.Gateway target
          && target.name().equals(gateway)) {
        if (target.listener() == null) {
          forGateway = add(forGateway, policy);
        } else if (target.listener().equals(listener)) {
          forListener = add(forListener, policy);
        }
      }
    }
    return forListener.over(forGateway);
  }

  /** Returns what is attached to a rule of a route, over what is attached to the route. */
  PolicySet route(String name, String namespace, @Nullable String ruleName) {
    PolicySet forRoute = PolicySet.EMPTY;
    PolicySet forRule = PolicySet.EMPTY;
    for (TargetedPolicy policy : policies) {
      if (policy.target() instanceof TargetedPolicy.Target.Route target
          && target.name().equals(name)
          && target.namespace().equals(namespace)) {
        if (target.ruleName() == null) {
          forRoute = add(forRoute, policy);
        } else if (target.ruleName().equals(ruleName)) {
          forRule = add(forRule, policy);
        }
      }
    }
    return forRule.over(forRoute);
  }

  /** Returns what is attached to a named backend. */
  PolicySet backend(String name) {
    PolicySet found = PolicySet.EMPTY;
    for (TargetedPolicy policy : policies) {
      if (policy.target() instanceof TargetedPolicy.Target.Backend target
          && target.name().equals(name)) {
        found = add(found, policy);
      }
    }
    return found;
  }

  private static PolicySet add(PolicySet policies, TargetedPolicy more) {
    return policies.find(more.policy().kind()) == null ? policies.plus(more.policy()) : policies;
  }
}
