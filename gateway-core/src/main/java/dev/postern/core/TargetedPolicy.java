package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import org.jspecify.annotations.Nullable;

/**
 * A policy that is attached from outside, by the name of what it is for.
 *
 * @param name names it in messages
 * @param target what it is for
 * @param place when it runs: {@link Place#GATEWAY} for a gateway target before the route is chosen,
 *     {@link Place#ROUTE} by default, {@link Place#BACKEND} for a backend target
 * @param policy what is attached
 */
public record TargetedPolicy(String name, Target target, Place place, Policy policy) {
  /** Checks the parts. */
  public TargetedPolicy {
    requireNonNull(name, "name");
    requireNonNull(target, "target");
    requireNonNull(place, "place");
    requireNonNull(policy, "policy");
  }

  /** What a policy is attached to. */
  public sealed interface Target {
    /**
     * A gateway, or one of its listeners.
     *
     * @param name the gateway
     * @param listener one of its listeners, or null for all
     */
    record Gateway(String name, @Nullable String listener) implements Target {}

    /**
     * A route.
     *
     * @param name the route
     * @param namespace its namespace
     * @param ruleName the rule within it, or null for all of this name
     */
    record Route(String name, String namespace, @Nullable String ruleName) implements Target {}

    /**
     * A named backend.
     *
     * @param name the backend
     */
    record Backend(String name) implements Target {}
  }
}
