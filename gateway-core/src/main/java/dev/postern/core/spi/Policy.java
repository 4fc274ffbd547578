package dev.postern.core.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes behaviour attached to a gateway, a route or a backend.
 *
 * <p>An immutable record with value equality, whose components are named as the YAML fields. A
 * policy that acts on requests is an {@link InterceptingPolicy}; the others, as timeouts or TLS
 * towards a backend, are read where they apply.
 */
public interface Policy {
  /** Returns the YAML key, as in {@code localRateLimit}; a place holds one policy per kind. */
  String kind();

  /**
   * Returns what applies when {@code lessSpecific} of the same kind was inherited. By default the
   * more specific policy replaces the other whole.
   */
  default Policy over(Policy lessSpecific) {
    return this;
  }

  /**
   * Returns what is odd about this policy applying {@link #over} {@code lessSpecific}, as a warning
   * for who wrote both, or null for nothing.
   */
  default @Nullable String remarkOver(Policy lessSpecific) {
    return null;
  }

  /** Returns what the policy offers to expressions that run after it; nothing by default. */
  default List<VariableSource> variables() {
    return List.of();
  }
}
