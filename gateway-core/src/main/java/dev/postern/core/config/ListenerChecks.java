package dev.postern.core.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks {@code gateways} and {@code binds}: what their listeners speak, and on which port. */
final class ListenerChecks {
  private static final Set<String> HTTP = Set.of("HTTP", "HTTPS");

  private final Dialect dialect;
  private final Diagnostics problems;
  private final PortChecks ports;

  ListenerChecks(Dialect dialect, Diagnostics problems, PortChecks ports) {
    this.dialect = dialect;
    this.problems = problems;
    this.ports = ports;
  }

  void gateways(ConfigNode root) {
    ConfigNode gateways = root.get("gateways");
    if (gateways != null) {
      gateways.fields().forEach(this::gateway);
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
      ports.take(port, gateway.path());
    }
    List<ConfigNode> listeners = gateway.items("listeners");
    if (!listeners.isEmpty()) {
      alone(name, gateway);
    }
    protocol(gateway, false);
    together(listeners, port, false);
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

  void binds(ConfigNode root) {
    for (ConfigNode bind : root.items("binds")) {
      ConfigNode port = bind.get("port");
      ConfigNode mode = bind.get("mode");
      ConfigNode tunnel = bind.get("tunnelProtocol");
      if (mode != null && mode.text().equalsIgnoreCase("internal")) {
        unsupported(mode, "internal binds are not supported yet");
      } else if (port == null) {
        problems.error(ConfigCode.CONFLICT, bind, "a bind without a port must set mode: internal");
      } else {
        ports.take(port, bind.path());
      }
      if (tunnel != null && !tunnel.text().equalsIgnoreCase("direct")) {
        unsupported(
            tunnel,
            tunnel.text().startsWith("hbone")
                ? "HBONE (Istio ambient) is not supported"
                : "tunnelProtocol " + tunnel.text() + " is not supported yet");
      }
      together(bind.items("listeners"), port, true);
      bind.items("listeners").forEach(this::routes);
    }
  }

  /** A listener of a bind holds its routes, and what they are follows from its protocol. */
  private void routes(ConfigNode listener) {
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
    for (ConfigNode route : listener.items("routes")) {
      ConfigNode gateways = route.get("gateways");
      if (gateways != null) {
        problems.add(
            ConfigDiagnostic.error(
                ConfigCode.UNKNOWN_FIELD,
                gateways.keyLocation(),
                gateways.path(),
                "`gateways` is not valid here; it is valid in routes[]"));
      }
    }
  }

  /** Checks listeners of one port, which are told apart by their host names alone. */
  private void together(List<ConfigNode> listeners, @Nullable ConfigNode port, boolean bind) {
    UniqueNames names = new UniqueNames("name", problems);
    UniqueNames hostnames = new UniqueNames("hostname", problems);
    Set<Boolean> encrypted = new LinkedHashSet<>();
    Set<Boolean> http = new LinkedHashSet<>();
    for (ConfigNode listener : listeners) {
      protocol(listener, bind);
      String protocol = protocolOf(listener);
      http.add(HTTP.contains(protocol));
      encrypted.add(listener.has("tls") || protocol.equals("HTTPS") || protocol.equals("TLS"));
      names.check(listener);
      hostnames.check(listener, "*");
    }
    String text = port == null ? "?" : port.text();
    if (http.size() > 1) {
      problems.error(
          ConfigCode.CONFLICT,
          listeners.getLast(),
          "gateway listeners on port " + text + " cannot mix HTTP and TCP protocols");
    } else if (encrypted.size() > 1) {
      problems.error(
          ConfigCode.CONFLICT,
          listeners.getLast(),
          "gateway listeners on port " + text + " cannot mix TLS and plaintext");
    }
  }

  private static String protocolOf(ConfigNode listener) {
    ConfigNode protocol = listener.get("protocol");
    return protocol == null
        ? (listener.has("tls") ? "HTTPS" : "HTTP")
        : protocol.text().toUpperCase(Locale.ROOT);
  }

  private void protocol(ConfigNode listener, boolean bind) {
    ConfigNode protocol = listener.get("protocol");
    ConfigNode certificate = listener.get("tls");
    boolean tls = certificate != null;
    if (certificate != null) {
      dynamicAuthority(certificate);
    }
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

  private void dynamicAuthority(ConfigNode tls) {
    ConfigNode mode = tls.get("mode");
    conflict(
        mode != null && mode.text().equals("dynamicCa") && tls.has("root"),
        tls,
        "tls.root is not supported with tls.mode=dynamicCa");
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
}
