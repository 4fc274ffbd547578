package dev.postern.core.config;

/** Checks the policies that stand apart: one in each entry, attached to what exists. */
final class TargetChecks {
  private final Definitions definitions;
  private final Diagnostics problems;

  TargetChecks(Definitions definitions, Diagnostics problems) {
    this.definitions = definitions;
    this.problems = problems;
  }

  void run(ConfigNode root) {
    for (ConfigNode entry : root.items("policies")) {
      ConfigNode policy = entry.get("policy");
      if (policy == null || policy.names().size() != 1) {
        problems.error(
            ConfigCode.CHOICE,
            policy == null ? entry : policy,
            "'policies' must contain exactly 1 policy");
      }
      ConfigNode target = entry.get("target");
      if (target != null) {
        target(target);
      }
    }
  }

  private void target(ConfigNode target) {
    ConfigNode gateway = target.get("gateway");
    ConfigNode route = target.get("route");
    ConfigNode backend = target.get("backend");
    if (gateway != null && !definitions.isGateway(gatewayName(gateway))) {
      missing(gateway, "gateway " + gatewayName(gateway));
    }
    if (route != null && !definitions.isRoute(Definitions.name(route))) {
      missing(route, "route " + Definitions.name(route));
    }
    ConfigNode named =
        backend == null || backend.get("backend") == null ? backend : backend.get("backend");
    if (named != null && !definitions.isBackend(Definitions.name(named))) {
      missing(named, "backend " + Definitions.name(named));
    }
  }

  private void missing(ConfigNode at, String what) {
    problems.warning(
        ConfigCode.UNKNOWN_REFERENCE, at, "no " + what + ": the policy is attached to nothing");
  }

  private static String gatewayName(ConfigNode gateway) {
    ConfigNode name = gateway.get("gatewayName");
    ConfigNode listener = gateway.get("listenerName");
    String text = name == null ? gateway.text() : name.text();
    return listener == null ? text : text + "/" + listener.text();
  }
}
