package dev.postern.core.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks what spans fields and objects: names that are referred to, ports that are taken, fields
 * that exclude one another.
 *
 * <p>Works on the nodes and not on the records, so that it also sees what else is wrong with an
 * object, and nothing is called unknown because its definition has a typing error.
 */
final class CrossChecks {
  private static final String NO_HTTP = "HTTP";
  private static final Set<String> HTTP = Set.of("HTTP", "HTTPS");

  private final ConfigNode root;
  private final Dialect dialect;
  private final Diagnostics problems;
  private final Map<String, Set<String>> listenersByGateway = new LinkedHashMap<>();
  private final Map<Integer, ConfigNode> ports = new LinkedHashMap<>();

  CrossChecks(ConfigNode root, Dialect dialect, Diagnostics problems) {
    this.root = root;
    this.dialect = dialect;
    this.problems = problems;
  }

  void run() {
    gateways();
    binds();
    shorthandPorts();
    servers();
    logging();
    uniqueNames("backends");
    uniqueNames("routeGroups");
    uniqueNames("policies");
    List<ConfigNode> routes = items(root, "routes");
    for (int i = 0; i < routes.size(); i++) {
      attachment(routes.get(i), i);
      route(routes.get(i));
    }
    targets();
  }

  private void gateways() {
    ConfigNode gateways = root.get("gateways");
    if (gateways == null) {
      return;
    }
    for (String name : gateways.names()) {
      ConfigNode gateway = gateways.fields().get(name);
      if (gateway != null) {
        gateway(name, gateway);
      }
    }
  }

  private void gateway(String name, ConfigNode gateway) {
    ConfigNode port = gateway.get("port");
    if (port == null) {
      problems.add(
          ConfigDiagnostic.error(
              ConfigCode.MISSING,
              gateway.keyLocation(),
              gateway.configPath().key("port").toString(),
              "is required"));
    } else {
      port(port, gateway.path());
    }
    List<ConfigNode> listeners = items(gateway, "listeners");
    if (!listeners.isEmpty()) {
      alone(name, gateway);
    }
    listenersByGateway.put(name, names(listeners));
    protocol(gateway, false);
    listeners(listeners, port, false);
  }

  /** With listeners, only the port may stand beside them. */
  private void alone(String name, ConfigNode gateway) {
    for (String field : gateway.names()) {
      if (field.equals("protocol") || field.equals("tls") || !dialect.places(field).isEmpty()) {
        ConfigNode value = gateway.fields().get(field);
        if (value != null) {
          problems.add(
              ConfigDiagnostic.error(
                  ConfigCode.CONFLICT,
                  value.keyLocation(),
                  "",
                  "gateways."
                      + name
                      + " cannot set protocol, tls, or policy fields when listeners are"
                      + " configured"));
          return;
        }
      }
    }
  }

  private static Set<String> names(List<ConfigNode> listeners) {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < listeners.size(); i++) {
      ConfigNode name = listeners.get(i).get("name");
      names.add(name == null ? "listener" + i : name.text());
    }
    return names;
  }

  private void listeners(List<ConfigNode> listeners, @Nullable ConfigNode port, boolean bind) {
    Map<String, ConfigNode> hostnames = new LinkedHashMap<>();
    Map<String, ConfigNode> names = new LinkedHashMap<>();
    Set<Boolean> encrypted = new LinkedHashSet<>();
    Set<Boolean> http = new LinkedHashSet<>();
    for (ConfigNode listener : listeners) {
      protocol(listener, bind);
      String protocol = protocolOf(listener);
      http.add(HTTP.contains(protocol));
      encrypted.add(listener.has("tls") || protocol.equals("HTTPS") || protocol.equals("TLS"));
      unique(listener, "name", names, false);
      unique(listener, "hostname", hostnames, true);
    }
    String text = port == null ? "?" : port.text();
    ConfigNode at = listeners.isEmpty() ? root : listeners.getLast();
    if (http.size() > 1) {
      problems.error(
          ConfigCode.CONFLICT,
          at,
          "gateway listeners on port " + text + " cannot mix HTTP and TCP protocols");
    } else if (encrypted.size() > 1) {
      problems.error(
          ConfigCode.CONFLICT,
          at,
          "gateway listeners on port " + text + " cannot mix TLS and plaintext");
    }
  }

  private static String protocolOf(ConfigNode listener) {
    ConfigNode protocol = listener.get("protocol");
    return protocol == null
        ? (listener.has("tls") ? "HTTPS" : NO_HTTP)
        : protocol.text().toUpperCase(Locale.ROOT);
  }

  private void protocol(ConfigNode listener, boolean bind) {
    ConfigNode protocol = listener.get("protocol");
    boolean tls = listener.get("tls") != null;
    switch (protocol == null ? "" : protocolOf(listener)) {
      case "HTTP" -> conflict(tls, listener, "protocol HTTP cannot set tls");
      case "HTTPS" ->
          conflict(
              !tls,
              listener,
              bind ? "HTTPS listener requires 'tls'" : "protocol HTTPS requires tls");
      case "TCP" -> {
        conflict(tls, listener, "protocol TCP cannot set tls");
        unsupported(protocol, "TCP listeners are not supported yet");
      }
      case "TLS" -> unsupported(protocol, "TLS passthrough listeners are not supported yet");
      case "HBONE" -> unsupported(protocol, "HBONE (Istio ambient) is not supported");
      default -> {} // absent, or refused by its type
    }
  }

  private void conflict(boolean condition, ConfigNode at, String message) {
    if (condition) {
      problems.error(ConfigCode.CONFLICT, at, message);
    }
  }

  private void unsupported(@Nullable ConfigNode at, String message) {
    if (at != null) {
      problems.error(ConfigCode.UNSUPPORTED, at, message);
    }
  }

  private void binds() {
    for (ConfigNode bind : items(root, "binds")) {
      ConfigNode port = bind.get("port");
      ConfigNode mode = bind.get("mode");
      ConfigNode tunnel = bind.get("tunnelProtocol");
      if (mode != null && mode.text().equalsIgnoreCase("internal")) {
        unsupported(mode, "internal binds are not supported yet");
      } else if (port == null) {
        problems.error(ConfigCode.CONFLICT, bind, "a bind without a port must set mode: internal");
      } else {
        port(port, bind.path());
        listenersByGateway.put(Normaliser.BIND + port.text(), names(items(bind, "listeners")));
      }
      if (tunnel != null && !tunnel.text().equalsIgnoreCase("direct")) {
        unsupported(
            tunnel,
            tunnel.text().startsWith("hbone")
                ? "HBONE (Istio ambient) is not supported"
                : "tunnelProtocol " + tunnel.text() + " is not supported yet");
      }
      listeners(items(bind, "listeners"), port, true);
      items(bind, "listeners").forEach(this::bindListener);
    }
  }

  private void bindListener(ConfigNode listener) {
    String protocol = protocolOf(listener);
    boolean http = listener.has("routes");
    boolean tcp = listener.has("tcpRoutes");
    if (http && tcp) {
      problems.error(ConfigCode.CONFLICT, listener, "only 'routes' or 'tcpRoutes' may be set");
    } else if (HTTP.contains(protocol)) {
      conflict(!http, listener, "protocol " + protocol + " requires 'routes'");
    } else if (protocol.equals("TLS") || protocol.equals("TCP")) {
      conflict(!tcp, listener, "protocol " + protocol + " requires 'tcpRoutes'");
    }
    for (ConfigNode route : items(listener, "routes")) {
      ConfigNode gateways = route.get("gateways");
      if (gateways != null) {
        problems.add(
            ConfigDiagnostic.error(
                ConfigCode.UNKNOWN_FIELD,
                gateways.keyLocation(),
                gateways.path(),
                "`gateways` is not valid here; it is valid in routes[]"));
      }
      route(route);
    }
  }

  private void port(ConfigNode port, String owner) {
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
    ConfigNode earlier = ports.putIfAbsent(number, port);
    if (earlier != null) {
      String other = earlier.path().replaceAll("\\.port$", "");
      problems.add(
          ConfigDiagnostic.error(
                  ConfigCode.PORT_CONFLICT,
                  port.location(),
                  port.path(),
                  "port "
                      + number
                      + " is configured by both "
                      + other
                      + " and "
                      + owner
                      + "; binds, llm, and mcp must use unique ports")
              .relate(earlier.location(), "also here"));
    }
  }

  private void shorthandPorts() {
    for (String section : List.of("llm", "mcp")) {
      ConfigNode node = root.get(section);
      ConfigNode port = node == null ? null : node.get("port");
      if (port != null) {
        port(port, section);
      }
    }
  }

  /** The process's own servers must not take a port that traffic comes in on. */
  private void servers() {
    ConfigNode config = root.get("config");
    for (String field : List.of("statsAddr", "readinessAddr")) {
      ConfigNode address = config == null ? null : config.get(field);
      ConfigNode taken = address == null ? null : ports.get(Address.port(address.text()));
      if (address != null && taken != null) {
        problems.add(
            ConfigDiagnostic.error(
                    ConfigCode.PORT_CONFLICT,
                    address.location(),
                    address.path(),
                    "port "
                        + Address.port(address.text())
                        + " is configured by both "
                        + taken.path()
                        + " and "
                        + address.path())
                .relate(taken.location(), "also here"));
      }
    }
  }

  private void logging() {
    ConfigNode config = root.get("config");
    ConfigNode logging = config == null ? null : config.get("logging");
    ConfigNode frontend = root.get("frontendPolicies");
    if (logging == null || !logging.has("fields")) {
      return;
    }
    if (frontend != null && (frontend.has("accessLog") || frontend.has("logging"))) {
      problems.error(
          ConfigCode.CONFLICT,
          logging,
          "cannot use deprecated config.logging together with frontendPolicies.accessLog");
    } else {
      problems.warning(
          ConfigCode.DEPRECATED, logging, "fields: deprecated; use frontendPolicies.accessLog");
    }
  }

  private void uniqueNames(String list) {
    Map<String, ConfigNode> names = new LinkedHashMap<>();
    items(root, list).forEach(item -> unique(item, "name", names, false));
  }

  private void unique(
      ConfigNode item, String field, Map<String, ConfigNode> taken, boolean absentCounts) {
    ConfigNode value = item.get(field);
    if (value == null && !absentCounts) {
      return;
    }
    ConfigNode at = value == null ? item : value;
    String text = value == null ? "*" : text(value);
    ConfigNode earlier = taken.putIfAbsent(text, at);
    if (earlier != null) {
      problems.add(
          ConfigDiagnostic.error(
                  ConfigCode.DUPLICATE_NAME,
                  at.location(),
                  at.path(),
                  field + " " + text + " is taken")
              .relate(earlier.location(), "first written here"));
    }
  }

  /** Returns a name as one text, also one of name and namespace. */
  private static String text(ConfigNode value) {
    ConfigNode name = value.get("name");
    ConfigNode namespace = value.get("namespace");
    String text = name == null ? value.text() : name.text();
    return namespace == null ? text : namespace.text() + "/" + text;
  }

  private void attachment(ConfigNode route, int index) {
    ConfigNode gateways = route.get("gateways");
    List<ConfigNode> references =
        gateways == null
            ? List.of()
            : gateways.kind() == ConfigNode.Kind.LIST ? gateways.items() : List.of(gateways);
    if (references.isEmpty()) {
      if (!listenersByGateway.containsKey("default")) {
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
      if (!isGateway(reference.text())) {
        problems.error(
            ConfigCode.UNKNOWN_REFERENCE,
            reference,
            "unknown gateway reference " + reference.text());
      }
    }
  }

  private boolean isGateway(String reference) {
    int slash = reference.lastIndexOf('/');
    Set<String> listeners =
        listenersByGateway.get(slash < 0 ? reference : reference.substring(0, slash));
    return listeners != null && (slash < 0 || listeners.contains(reference.substring(slash + 1)));
  }

  private void route(ConfigNode route) {
    List<ConfigNode> backends = items(route, "backends");
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
          && !isNamed("backends", reference.text())) {
        problems.error(
            ConfigCode.UNKNOWN_REFERENCE, reference, "unknown backend " + reference.text());
      }
    }
  }

  private boolean isNamed(String list, String name) {
    return items(root, list).stream()
        .map(item -> item.get("name"))
        .anyMatch(own -> own != null && own.text().equals(name));
  }

  private void targets() {
    for (ConfigNode entry : items(root, "policies")) {
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
    if (gateway != null && !isGateway(gatewayName(gateway))) {
      missing(gateway, "gateway " + gatewayName(gateway));
    }
    if (route != null && !isRoute(text(route))) {
      missing(route, "route " + text(route));
    }
    ConfigNode named =
        backend == null || backend.get("backend") == null ? backend : backend.get("backend");
    if (named != null && !isNamed("backends", text(named))) {
      missing(named, "backend " + text(named));
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

  private boolean isRoute(String name) {
    List<ConfigNode> routes = new ArrayList<>(items(root, "routes"));
    for (ConfigNode bind : items(root, "binds")) {
      items(bind, "listeners").forEach(listener -> routes.addAll(items(listener, "routes")));
    }
    for (ConfigNode route : routes) {
      ConfigNode own = route.get("name");
      ConfigNode namespace = route.get("namespace");
      String space = namespace == null ? "default" : namespace.text();
      if (own != null
          && (name.equals(space + "/" + own.text())
              || (space.equals("default") && name.equals(own.text())))) {
        return true;
      }
    }
    return false;
  }

  private static List<ConfigNode> items(ConfigNode node, String name) {
    ConfigNode list = node.get(name);
    return list == null ? List.of() : list.items();
  }
}
