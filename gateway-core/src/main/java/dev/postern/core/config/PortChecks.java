package dev.postern.core.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sees to it that no two parts of a document listen on one port. */
final class PortChecks {
  private final Diagnostics problems;
  private final Map<Integer, ConfigNode> taken = new LinkedHashMap<>();

  PortChecks(Diagnostics problems) {
    this.problems = problems;
  }

  /** Takes a port for {@code owner}. */
  void take(ConfigNode port, String owner) {
    int number;
    try {
      number = Integer.parseInt(port.text());
    } catch (NumberFormatException e) {
      return; // refused by its type
    }
    if (number < 1 || number > 65_535) {
      problems.error(ConfigCode.OUT_OF_RANGE, port, number + " (expected: 1..65535)");
      return;
    }
    ConfigNode earlier = taken.putIfAbsent(number, port);
    if (earlier != null) {
      String other = earlier.path().replaceAll("\\.port$", "");
      String rule = "; binds, llm, and mcp must use unique ports";
      conflict(port, number, other + " and " + owner + rule, earlier);
    }
  }

  /** Takes the ports of the sections that have one of their own. */
  void shorthands(ConfigNode root) {
    for (String section : List.of("llm", "mcp")) {
      ConfigNode node = root.get(section);
      ConfigNode port = node == null ? null : node.get("port");
      if (port != null) {
        take(port, section);
      }
    }
  }

  /** The process's own servers must not take a port that traffic comes in on. */
  void servers(ConfigNode root) {
    ConfigNode config = root.get("config");
    for (String field : List.of("statsAddr", "readinessAddr")) {
      ConfigNode address = config == null ? null : config.get(field);
      int port = address == null ? -1 : Address.port(address.text());
      ConfigNode earlier = taken.get(port);
      if (address != null && earlier != null) {
        conflict(address, port, earlier.path() + " and " + address.path(), earlier);
      }
    }
  }

  private void conflict(ConfigNode at, int port, String owners, ConfigNode earlier) {
    problems.add(
        ConfigDiagnostic.error(
                ConfigCode.PORT_CONFLICT,
                at.location(),
                at.path(),
                "port " + port + " is configured by both " + owners)
            .relate(earlier.location(), "also here"));
  }
}
