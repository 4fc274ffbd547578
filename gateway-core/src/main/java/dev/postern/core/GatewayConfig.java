package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.routing.Route;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A whole configuration: what a YAML file says and what the builder of {@link Gateway} collects.
 *
 * <p>Immutable, with value equality; two that are equal make gateways that behave the same.
 *
 * @param config settings of the process, read once at start
 * @param gateways the ports, by name
 * @param routes which requests go where
 * @param backends what routes refer to by name
 * @param policies what is attached by name
 * @param frontendPolicies how connections are treated
 * @param sections shorthand sections
 */
public record GatewayConfig(
    ProcessSettings config,
    Map<String, Bind> gateways,
    List<Route> routes,
    List<NamedBackend> backends,
    List<TargetedPolicy> policies,
    FrontendPolicies frontendPolicies,
    List<Section> sections) {
  /** The name of the gateway that routes without one belong to. */
  public static final String DEFAULT_GATEWAY = "default";

  /** Copies the collections. */
  public GatewayConfig {
    requireNonNull(config, "config");
    gateways = Checks.map(gateways);
    routes = Checks.list(routes);
    backends = Checks.list(backends);
    policies = Checks.list(policies);
    requireNonNull(frontendPolicies, "frontendPolicies");
    sections = Checks.list(sections);
  }

  /** Returns an empty builder. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts with this configuration. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.config = config;
    builder.gateways.putAll(gateways);
    builder.routes.addAll(routes);
    builder.backends.addAll(backends);
    builder.policies.addAll(policies);
    builder.frontendPolicies = frontendPolicies;
    builder.sections.addAll(sections);
    return builder;
  }

  /**
   * Returns this configuration with its sections replaced by what they stand for.
   *
   * @throws InvalidConfigurationException if a section does not fit the rest
   */
  public GatewayConfig expanded() {
    if (sections.isEmpty()) {
      return this;
    }
    Builder builder = toBuilder();
    builder.sections.clear();
    for (Section section : sections) {
      try {
        section.expand(builder);
      } catch (IllegalArgumentException e) {
        throw Problems.at(section.kind(), e);
      }
    }
    return builder.build();
  }

  /** Collects the parts of a configuration. Not safe for concurrent use. */
  public static final class Builder {
    private ProcessSettings config = ProcessSettings.DEFAULT;
    private final Map<String, Bind> gateways = new LinkedHashMap<>();
    private final List<Route> routes = new ArrayList<>();
    private final List<NamedBackend> backends = new ArrayList<>();
    private final List<TargetedPolicy> policies = new ArrayList<>();
    private FrontendPolicies frontendPolicies = FrontendPolicies.DEFAULT;
    private final List<Section> sections = new ArrayList<>();

    private Builder() {}

    /** Sets the settings of the process. */
    public Builder config(ProcessSettings config) {
      this.config = requireNonNull(config, "config");
      return this;
    }

    /** Adds a port for any host, named {@code default}. */
    public Builder listen(int port) {
      return gateway(DEFAULT_GATEWAY, Bind.port(port));
    }

    /**
     * Adds a port.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Builder gateway(String name, Bind bind) {
      requireNonNull(bind, "bind");
      if (gateways.putIfAbsent(requireNonNull(name, "name"), bind) != null) {
        throw new IllegalArgumentException("gateways." + name + ": defined twice");
      }
      return this;
    }

    /** Returns the ports added so far. */
    public Map<String, Bind> gateways() {
      return gateways;
    }

    /** Adds a route. */
    public Builder route(Route route) {
      routes.add(requireNonNull(route, "route"));
      return this;
    }

    /** Adds a route of this name. */
    public Builder route(String name, Consumer<Route.Builder> parts) {
      Route.Builder builder = Route.builder(name);
      parts.accept(builder);
      return route(builder.build());
    }

    /** Adds a backend that routes refer to by name. */
    public Builder backend(String name, Backend backend, Policy... policies) {
      backends.add(new NamedBackend(name, backend, PolicySet.of(policies)));
      return this;
    }

    /** Adds a backend that routes refer to by name. */
    public Builder backend(NamedBackend backend) {
      backends.add(requireNonNull(backend, "backend"));
      return this;
    }

    /** Attaches a policy by name. */
    public Builder policy(TargetedPolicy policy) {
      policies.add(requireNonNull(policy, "policy"));
      return this;
    }

    /** Sets how connections are treated. */
    public Builder frontendPolicies(FrontendPolicies frontendPolicies) {
      this.frontendPolicies = requireNonNull(frontendPolicies, "frontendPolicies");
      return this;
    }

    /** Adds a shorthand section. */
    public Builder section(Section section) {
      sections.add(requireNonNull(section, "section"));
      return this;
    }

    /** Returns the configuration. */
    public GatewayConfig build() {
      return new GatewayConfig(
          config, gateways, routes, backends, policies, frontendPolicies, sections);
    }
  }
}
