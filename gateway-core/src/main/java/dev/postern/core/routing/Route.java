package dev.postern.core.routing;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which requests, and what happens with them.
 *
 * @param name the name in logs and metrics; {@code route} and its index by default
 * @param namespace groups names; {@code default} by default
 * @param ruleName a third part of the name, for policies that are attached by name
 * @param gateways what it belongs to: a gateway, or a gateway, a slash and a listener
 * @param hostnames the hosts it is for; any by default
 * @param matches the conditions, of which one must hold; every request by default
 * @param policies what holds for its requests
 * @param backends what its requests are spread over, by weight
 */
public record Route(
    @Nullable String name,
    String namespace,
    @Nullable String ruleName,
    List<String> gateways,
    List<String> hostnames,
    List<RouteMatch> matches,
    PolicySet policies,
    List<RouteBackend> backends) {
  /** The namespace of routes that name none. */
  public static final String DEFAULT_NAMESPACE = "default";

  /**
   * Set to true when the authority of the request is the one to send upstream; otherwise backends
   * put in their own.
   */
  public static final AttributeKey<Boolean> KEEP_AUTHORITY = AttributeKey.of("keep authority");

  /** Checks the values; absent ones take their defaults. */
  public Route {
    namespace = namespace == null ? DEFAULT_NAMESPACE : namespace;
    gateways = gateways == null ? List.of() : List.copyOf(gateways);
    hostnames = hostnames == null ? List.of() : List.copyOf(hostnames);
    matches = matches == null || matches.isEmpty() ? List.of(RouteMatch.ANY) : List.copyOf(matches);
    policies = policies == null ? PolicySet.EMPTY : policies;
    backends = backends == null ? List.of() : List.copyOf(backends);
    for (int i = 0; i < hostnames.size(); i++) {
      try {
        Hostname.parse(hostnames.get(i));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("hostnames[" + i + "]: " + e.getMessage(), e);
      }
    }
  }

  /** Returns a builder of a route that is named by its place among the routes. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder of a route of this name. */
  public static Builder builder(String name) {
    return new Builder().name(name);
  }

  /** Returns the name, or the one that follows from the index of the route in its file. */
  public String name(int index) {
    return name == null ? "route" + index : name;
  }

  /** Collects the parts of a route. Not safe for concurrent use. */
  public static final class Builder {
    private @Nullable String name;
    private String namespace = DEFAULT_NAMESPACE;
    private @Nullable String ruleName;
    private List<String> gateways = List.of();
    private List<String> hostnames = List.of();
    private List<RouteMatch> matches = List.of();
    private PolicySet policies = PolicySet.EMPTY;
    private final List<RouteBackend> backends = new ArrayList<>();

    private Builder() {}

    /** Sets the name. */
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      return this;
    }

    /** Sets the namespace. */
    public Builder namespace(String namespace) {
      this.namespace = requireNonNull(namespace, "namespace");
      return this;
    }

    /** Sets the third part of the name. */
    public Builder ruleName(String ruleName) {
      this.ruleName = requireNonNull(ruleName, "ruleName");
      return this;
    }

    /** Sets the gateways or listeners the route belongs to. */
    public Builder gateways(String... gateways) {
      this.gateways = List.of(gateways);
      return this;
    }

    /** Sets the hosts the route is for. */
    public Builder hostnames(String... hostnames) {
      this.hostnames = List.of(hostnames);
      return this;
    }

    /** Sets the conditions, of which one must hold. */
    public Builder matches(RouteMatch... matches) {
      this.matches = List.of(matches);
      return this;
    }

    /** Adds a policy. */
    public Builder policy(Policy policy) {
      this.policies = policies.plus(policy);
      return this;
    }

    /** Adds a backend of weight 1. */
    public Builder backend(Backend backend) {
      return backend(RouteBackend.of(backend));
    }

    /** Adds a backend of this weight. */
    public Builder backend(int weight, Backend backend) {
      return backend(new RouteBackend(weight, backend, PolicySet.EMPTY));
    }

    /** Adds a backend. */
    public Builder backend(RouteBackend backend) {
      backends.add(requireNonNull(backend, "backend"));
      return this;
    }

    /** Returns the route. */
    public Route build() {
      return new Route(name, namespace, ruleName, gateways, hostnames, matches, policies, backends);
    }
  }
}
