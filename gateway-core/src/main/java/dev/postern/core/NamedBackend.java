package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.spi.Backend;
import dev.postern.core.spi.PolicySet;

/**
 * A backend that routes refer to by name.
 *
 * @param name the name, unique
 * @param backend what it is
 * @param policies what holds for it wherever it is used
 */
public record NamedBackend(String name, Backend backend, PolicySet policies) {
  /** Sets the default and checks the parts. */
  public NamedBackend {
    requireNonNull(name, "name");
    requireNonNull(backend, "backend");
    policies = Checks.orElse(policies, PolicySet.EMPTY);
  }
}
