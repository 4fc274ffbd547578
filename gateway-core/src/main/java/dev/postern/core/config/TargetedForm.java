package dev.postern.core.config;

import static java.util.Objects.requireNonNull;

import dev.postern.core.TargetedPolicy;
import dev.postern.core.routing.Route;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import org.jspecify.annotations.Nullable;

/** An entry of {@code policies} as it is written. */
record TargetedForm(@Nullable Name name, Target target, @Nullable Phase phase, PolicySet policy) {
  TargetedForm {
    requireNonNull(target, "target");
    if (phase == Phase.GATEWAY && !(target instanceof Target.Gateway)) {
      throw new IllegalArgumentException("phase gateway requires a gateway as target");
    }
  }

  /** When the policy runs. */
  enum Phase {
    ROUTE,
    GATEWAY
  }

  /** A name, in a namespace. */
  record Name(String name, @Nullable String namespace) {
    Name {
      requireNonNull(name, "name");
    }

    static Name parse(String text) {
      int slash = text.indexOf('/');
      return slash < 0
          ? new Name(text, null)
          : new Name(text.substring(slash + 1), text.substring(0, slash));
    }

    String text() {
      return namespace == null || namespace.equals(Route.DEFAULT_NAMESPACE)
          ? name
          : namespace + "/" + name;
    }
  }

  /** What the policy is attached to. */
  sealed interface Target {
    /** A gateway or one of its listeners. */
    record Gateway(
        String gatewayName, @Nullable String gatewayNamespace, @Nullable String listenerName)
        implements Target {
      public Gateway {
        requireNonNull(gatewayName, "gatewayName");
      }

      static Gateway parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
            ? new Gateway(text, null, null)
            : new Gateway(text.substring(0, slash), null, text.substring(slash + 1));
      }
    }

    /** A route. */
    record Route(String name, @Nullable String namespace, @Nullable String ruleName)
        implements Target {
      public Route {
        requireNonNull(name, "name");
      }

      static Route parse(String text) {
        Name parsed = Name.parse(text);
        return new Route(parsed.name(), parsed.namespace(), null);
      }
    }

    /** A named backend. */
    record Backend(Name backend) implements Target {
      public Backend {
        requireNonNull(backend, "backend");
      }
    }
  }

  /** Returns which policies an entry may hold, before it is known to be right. */
  static PolicyPlace place(ConfigNode entry) {
    ConfigNode target = entry.get("target");
    ConfigNode phase = entry.get("phase");
    if (target != null && target.has("backend")) {
      return PolicyPlace.BACKEND;
    }
    return phase != null && phase.text().equals("gateway")
        ? PolicyPlace.GATEWAY
        : PolicyPlace.ROUTE;
  }

  /** Returns the policy, or null when the entry holds none that could be read. */
  @Nullable TargetedPolicy policy(int index) {
    if (policy.all().size() != 1) {
      return null;
    }
    Policy only = policy.all().iterator().next();
    String text = name == null ? "policy" + index : name.text();
    return switch (target) {
      case Target.Gateway gateway ->
          new TargetedPolicy(
              text,
              new TargetedPolicy.Target.Gateway(gateway.gatewayName(), gateway.listenerName()),
              phase == Phase.GATEWAY ? Place.GATEWAY : Place.ROUTE,
              only);
      case Target.Route route ->
          new TargetedPolicy(
              text,
              new TargetedPolicy.Target.Route(
                  route.name(),
                  route.namespace() == null
                      ? dev.postern.core.routing.Route.DEFAULT_NAMESPACE
                      : route.namespace(),
                  route.ruleName()),
              Place.ROUTE,
              only);
      case Target.Backend backend ->
          new TargetedPolicy(
              text,
              new TargetedPolicy.Target.Backend(backend.backend().text()),
              Place.BACKEND,
              only);
    };
  }

  static TargetedForm of(TargetedPolicy policy) {
    Target target =
        switch (policy.target()) {
          case TargetedPolicy.Target.Gateway gateway ->
              new Target.Gateway(gateway.name(), null, gateway.listener());
          case TargetedPolicy.Target.Route route ->
              new Target.Route(route.name(), route.namespace(), route.ruleName());
          case TargetedPolicy.Target.Backend backend ->
              new Target.Backend(Name.parse(backend.name()));
        };
    return new TargetedForm(
        Name.parse(policy.name()),
        target,
        policy.place() == Place.GATEWAY ? Phase.GATEWAY : null,
        PolicySet.of(policy.policy()));
  }
}
