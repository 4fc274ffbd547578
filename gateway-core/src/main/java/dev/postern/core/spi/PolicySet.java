package dev.postern.core.spi;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The policies of one place, at most one of a kind. Immutable, with value equality. */
public final class PolicySet {
  /** No policies. */
  public static final PolicySet EMPTY = new PolicySet(Map.of(), Map.of());

  private final Map<String, Policy> byKind;
  private final Map<String, String> remarks;

  private PolicySet(Map<String, Policy> byKind, Map<String, String> remarks) {
    this.byKind = byKind;
    this.remarks = remarks;
  }

  /**
   * Returns a set of these policies.
   *
   * @throws IllegalArgumentException if two of them are of one kind
   */
  public static PolicySet of(Policy... policies) {
    PolicySet set = EMPTY;
    for (Policy policy : policies) {
      set = set.plus(policy);
    }
    return set;
  }

  /**
   * Returns this set and {@code policy}.
   *
   * @throws IllegalArgumentException if the set holds one of that kind
   */
  public PolicySet plus(Policy policy) {
    requireNonNull(policy, "policy");
    Policy existing = byKind.get(policy.kind());
    if (existing != null) {
      throw new IllegalArgumentException(
          policy.kind() + ": set twice (earlier value: " + existing + ")");
    }
    Map<String, Policy> more = new LinkedHashMap<>(byKind);
    more.put(policy.kind(), policy);
    return new PolicySet(Collections.unmodifiableMap(more), remarks);
  }

  /** Returns the policy of this type, or null. */
  public <P extends Policy> @Nullable P find(Class<P> type) {
    for (Policy policy : byKind.values()) {
      if (type.isInstance(policy)) {
        return type.cast(policy);
      }
    }
    return null;
  }

  /** Returns the policy of this kind, or null. */
  public @Nullable Policy find(String kind) {
    return byKind.get(kind);
  }

  /** Returns the policies, in the order they were written. */
  public Collection<Policy> all() {
    return byKind.values();
  }

  /** Returns whether there are none. */
  public boolean isEmpty() {
    return byKind.isEmpty();
  }

  /**
   * Returns what applies at a place with these policies that inherits {@code lessSpecific}: kinds
   * that only one of them has, and for kinds of both what {@link Policy#over} says.
   */
  public PolicySet over(PolicySet lessSpecific) {
    if (lessSpecific.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return lessSpecific;
    }
    Map<String, Policy> merged = new LinkedHashMap<>(lessSpecific.byKind);
    Map<String, String> remarked = new LinkedHashMap<>(lessSpecific.remarks);
    remarked.putAll(remarks);
    for (Policy policy : byKind.values()) {
      Policy inherited = merged.get(policy.kind());
      merged.put(policy.kind(), inherited == null ? policy : policy.over(inherited));
      String remark = inherited == null ? null : policy.remarkOver(inherited);
      if (remark != null) {
        remarked.put(policy.kind(), remark);
      }
    }
    return new PolicySet(
        Collections.unmodifiableMap(merged), Collections.unmodifiableMap(remarked));
  }

  /** Returns the policies whose kind is one of {@code kinds}. */
  public PolicySet only(Collection<String> kinds) {
    Map<String, Policy> some = new LinkedHashMap<>(byKind);
    some.keySet().retainAll(List.copyOf(kinds));
    return new PolicySet(Collections.unmodifiableMap(some), remarks);
  }

  /** Returns what {@link Policy#remarkOver} said when this set was made, by the kind of policy. */
  public Map<String, String> remarks() {
    return remarks;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PolicySet set && byKind.equals(set.byKind);
  }

  @Override
  public int hashCode() {
    return byKind.hashCode();
  }

  @Override
  public String toString() {
    return byKind.values().toString();
  }
}
