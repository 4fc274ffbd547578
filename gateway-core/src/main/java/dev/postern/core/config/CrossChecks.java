package dev.postern.core.config;

import java.util.List;

/**
 * Checks what spans fields and objects: names that are referred to, ports that are taken, fields
 * that exclude one another.
 *
 * <p>Works on the nodes and not on the records, so that it also sees what else is wrong with an
 * object, and nothing is called unknown because its definition has a typing error.
 */
final class CrossChecks {
  private final ConfigNode root;
  private final Dialect dialect;
  private final Diagnostics problems;

  CrossChecks(ConfigNode root, Dialect dialect, Diagnostics problems) {
    this.root = root;
    this.dialect = dialect;
    this.problems = problems;
  }

  void run() {
    PortChecks ports = new PortChecks(problems);
    ListenerChecks listeners = new ListenerChecks(dialect, problems, ports);
    listeners.gateways(root);
    listeners.binds(root);
    ports.shorthands(root);
    ports.servers(root);
    new SettingsChecks(root, problems).run();
    for (String list : List.of("backends", "routeGroups", "policies")) {
      UniqueNames names = new UniqueNames("name", problems);
      root.items(list).forEach(names::check);
    }
    Definitions definitions = new Definitions(root);
    new RouteChecks(definitions, problems).run(root);
    new TargetChecks(definitions, problems).run(root);
  }
}
