package dev.postern.core.config;

import java.util.List;

/** Checks where routes are attached and where they end. */
final class RouteChecks {
  private final Definitions definitions;
  private final Diagnostics problems;

  RouteChecks(Definitions definitions, Diagnostics problems) {
    this.definitions = definitions;
    this.problems = problems;
  }

  void run(ConfigNode root) {
    for (ConfigNode bind : root.items("binds")) {
      bind.items("listeners").forEach(listener -> listener.items("routes").forEach(this::backends));
    }
    List<ConfigNode> routes = root.items("routes");
    for (int i = 0; i < routes.size(); i++) {
      attachment(routes.get(i), i);
      backends(routes.get(i));
    }
  }

  private void attachment(ConfigNode route, int index) {
    ConfigNode gateways = route.get("gateways");
    List<ConfigNode> references =
        gateways == null
            ? List.of()
            : gateways.kind() == ConfigNode.Kind.LIST ? gateways.items() : List.of(gateways);
    if (references.isEmpty()) {
      if (!definitions.isGateway("default")) {
        ConfigNode name = route.get("name");
        problems.add(
            ConfigDiagnostic.error(
                ConfigCode.MISSING,
                route.location(),
                "",
                "routes." + (name == null ? "route" + index : name.text()) + " must set gateways"));
      }
      return;
    }
    for (ConfigNode reference : references) {
      if (!definitions.isGateway(reference.text())) {
        problems.error(
            ConfigCode.UNKNOWN_REFERENCE,
            reference,
            "unknown gateway reference " + reference.text());
      }
    }
  }

  private void backends(ConfigNode route) {
    List<ConfigNode> backends = route.items("backends");
    ConfigNode policies = route.get("policies");
    boolean answers =
        policies != null && (policies.has("directResponse") || policies.has("requestRedirect"));
    if (backends.isEmpty() && !answers) {
      problems.warning(
          ConfigCode.IGNORED, route, "no backends: every request is answered with 500");
    }
    for (ConfigNode backend : backends) {
      ConfigNode reference = backend.get("backend");
      if (reference != null
          && reference.kind().scalar()
          && !reference.scalar().broken()
          && !definitions.isBackend(reference.text())) {
        problems.error(
            ConfigCode.UNKNOWN_REFERENCE, reference, "unknown backend " + reference.text());
      }
    }
  }
}
