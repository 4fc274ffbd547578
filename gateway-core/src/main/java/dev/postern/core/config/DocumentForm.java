package dev.postern.core.config;

import dev.postern.core.FrontendPolicies;
import dev.postern.core.NamedBackend;
import dev.postern.core.Section;
import dev.postern.core.ServerTls;
import dev.postern.core.routing.Route;
import dev.postern.core.spi.PolicySet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The whole document as it is written, before {@link Normaliser} makes the model of it. */
record DocumentForm(
    @Nullable ProcessForm config,
    Map<String, GatewayForm> gateways,
    List<BindForm> binds,
    List<Route> routes,
    List<NamedBackend> backends,
    List<TargetedForm> policies,
    @Nullable FrontendPolicies frontendPolicies,
    @Inline List<Section> sections) {
  DocumentForm {
    gateways = gateways == null ? Map.of() : gateways;
    binds = binds == null ? List.of() : binds;
    routes = routes == null ? List.of() : routes;
    backends = backends == null ? List.of() : backends;
    policies = policies == null ? List.of() : policies;
    sections = sections == null ? List.of() : sections;
  }

  /** Returns this form with what the variables of the environment say instead. */
  DocumentForm overridden(VariableResolver environment) {
    ProcessForm process = config == null ? ProcessForm.EMPTY : config;
    return new DocumentForm(
        process.overridden(environment),
        gateways,
        binds,
        routes,
        backends,
        policies,
        frontendPolicies,
        sections);
  }

  /** What a listener speaks. */
  enum Protocol {
    HTTP,
    HTTPS,
    TCP,
    TLS,
    HBONE;

    @Override
    public String toString() {
      return name();
    }
  }

  /** An entry of {@code gateways}. */
  record GatewayForm(
      @Nullable Integer port,
      @Nullable String address,
      @Nullable Protocol protocol,
      @Nullable ServerTls tls,
      List<ListenerForm> listeners,
      @Inline PolicySet policies) {
    GatewayForm {
      listeners = listeners == null ? List.of() : listeners;
    }
  }

  /** A listener of an entry of {@code gateways}. */
  record ListenerForm(
      @Nullable String name,
      @Nullable String hostname,
      @Nullable Protocol protocol,
      @Nullable ServerTls tls,
      @Inline PolicySet policies) {}

  /** An entry of {@code binds}. */
  record BindForm(
      @Nullable Integer port,
      @Nullable String address,
      @Nullable BindMode mode,
      @Nullable TunnelProtocol tunnelProtocol,
      List<BindListenerForm> listeners) {
    BindForm {
      listeners = listeners == null ? List.of() : listeners;
    }
  }

  /** How a bind is reached. */
  enum BindMode {
    STANDARD,
    INTERNAL
  }

  /** What stands before the protocol on a connection. */
  enum TunnelProtocol {
    DIRECT,
    PROXY,
    CONNECT,
    HBONE_WAYPOINT,
    HBONE_GATEWAY
  }

  /** A listener of an entry of {@code binds}. */
  record BindListenerForm(
      @Nullable String name,
      @Nullable String hostname,
      @Nullable Protocol protocol,
      @Nullable ServerTls tls,
      List<Route> routes,
      PolicySet policies) {
    BindListenerForm {
      routes = routes == null ? List.of() : routes;
    }
  }
}
