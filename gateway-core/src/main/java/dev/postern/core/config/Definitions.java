package dev.postern.core.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a document defines by name, for those who refer to it. */
final class Definitions {
  private final Map<String, Set<String>> listenersByGateway = new LinkedHashMap<>();
  private final Set<String> backends = new LinkedHashSet<>();
  private final Set<String> routes = new LinkedHashSet<>();

  Definitions(ConfigNode root) {
    ConfigNode gateways = root.get("gateways");
    if (gateways != null) {
      gateways
          .fields()
          .forEach((name, gateway) -> listenersByGateway.put(name, listeners(gateway)));
    }
    for (ConfigNode bind : root.items("binds")) {
      ConfigNode port = bind.get("port");
      if (port != null) {
        listenersByGateway.put(Normaliser.BIND + port.text(), listeners(bind));
      }
    }
    for (ConfigNode backend : root.items("backends")) {
      ConfigNode name = backend.get("name");
      if (name != null) {
        backends.add(name.text());
      }
    }
    routes(root).forEach(this::addRoute);
  }

  private static Set<String> listeners(ConfigNode gateway) {
    List<ConfigNode> listeners = gateway.items("listeners");
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < listeners.size(); i++) {
      ConfigNode name = listeners.get(i).get("name");
      names.add(name == null ? "listener" + i : name.text());
    }
    return names;
  }

  private static List<ConfigNode> routes(ConfigNode root) {
    List<ConfigNode> routes = new ArrayList<>(root.items("routes"));
    for (ConfigNode bind : root.items("binds")) {
      bind.items("listeners").forEach(listener -> routes.addAll(listener.items("routes")));
    }
    return routes;
  }

  private void addRoute(ConfigNode route) {
    ConfigNode name = route.get("name");
    ConfigNode namespace = route.get("namespace");
    if (name != null) {
      String space = namespace == null ? "default" : namespace.text();
      routes.add(space + "/" + name.text());
      if (space.equals("default")) {
        routes.add(name.text());
      }
    }
  }

  /** Returns whether there is a gateway, or a listener of one as {@code gateway/listener}. */
  boolean isGateway(String reference) {
    int slash = reference.lastIndexOf('/');
    Set<String> listeners =
        listenersByGateway.get(slash < 0 ? reference : reference.substring(0, slash));
    return listeners != null && (slash < 0 || listeners.contains(reference.substring(slash + 1)));
  }

  /** Returns whether there is a backend of that name. */
  boolean isBackend(String name) {
    return backends.contains(name);
  }

  /** Returns whether there is a route of that name, or of that {@code namespace/name}. */
  boolean isRoute(String name) {
    return routes.contains(name);
  }

  /** Returns a name as one text, also one of name and namespace. */
  static String name(ConfigNode value) {
    ConfigNode name = value.get("name");
    ConfigNode namespace = value.get("namespace");
    String text = name == null ? value.text() : name.text();
    return namespace == null ? text : namespace.text() + "/" + text;
  }
}
