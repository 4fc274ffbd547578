package dev.postern.llm.select;

import static java.util.Objects.requireNonNull;

import dev.postern.core.spi.PolicySet;
import dev.postern.llm.provider.Provider;

/**
 * A provider that calls are balanced over.
 *
 * @param name its name in logs and errors
 * @param provider what it is
 * @param location where it is
 * @param policies what holds for calls to it
 */
public record NamedProvider(String name, Provider provider, Location location, PolicySet policies) {
  /** Checks the parts. */
  public NamedProvider {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name: empty (expected: a name)");
    }
    requireNonNull(provider, "provider");
    requireNonNull(location, "location");
    requireNonNull(policies, "policies");
  }

  /** Returns a provider where it usually is. */
  public static NamedProvider of(String name, Provider provider) {
    return new NamedProvider(name, provider, Location.USUAL, PolicySet.EMPTY);
  }

  /** Returns this provider at a base URL. */
  public NamedProvider baseUrl(String baseUrl) {
    return new NamedProvider(name, provider, Location.baseUrl(baseUrl), policies);
  }

  /** Returns this provider at another host, {@code host:port}. */
  public NamedProvider hostOverride(String hostOverride) {
    return new NamedProvider(
        name,
        provider,
        new Location(null, hostOverride, location.pathOverride(), location.pathPrefix()),
        policies);
  }

  /** Returns this provider with further policies. */
  public NamedProvider policies(PolicySet policies) {
    return new NamedProvider(name, provider, location, policies.over(this.policies));
  }
}
