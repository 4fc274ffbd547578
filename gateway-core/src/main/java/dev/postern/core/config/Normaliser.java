package dev.postern.core.config;

import dev.postern.core.Bind;
import dev.postern.core.FrontendPolicies;
import dev.postern.core.GatewayConfig;
import dev.postern.core.Listener;
import dev.postern.core.TargetedPolicy;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.routing.Route;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.telemetry.MetricLabels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the model of a document, and the document of a model. */
final class Normaliser {
  /** Gateways that stand for an entry of {@code binds} are called this and the port. */
  static final String BIND = "bind:";

  private Normaliser() {}

  static GatewayConfig config(DocumentForm form) {
    Map<String, Bind> gateways = new LinkedHashMap<>();
    List<Route> routes = new ArrayList<>(form.routes());
    form.gateways().forEach((name, gateway) -> gateways.put(name, bind(gateway)));
    for (DocumentForm.BindForm bind : form.binds()) {
      String name = BIND + bind.port();
      List<Listener> listeners = new ArrayList<>();
      for (DocumentForm.BindListenerForm listener : bind.listeners()) {
        Listener made =
            new Listener(listener.name(), listener.hostname(), listener.tls(), listener.policies());
        String reference = name + "/" + made.name(listeners.size());
        listener.routes().forEach(route -> routes.add(attached(route, reference)));
        listeners.add(made);
      }
      gateways.put(name, new Bind(bind.port(), bind.address(), null, listeners, PolicySet.EMPTY));
    }
    List<TargetedPolicy> policies = new ArrayList<>();
    for (int i = 0; i < form.policies().size(); i++) {
      TargetedPolicy policy = form.policies().get(i).policy(i);
      if (policy != null) {
        policies.add(policy);
      }
    }
    ProcessForm process = form.config() == null ? ProcessForm.EMPTY : form.config();
    FrontendPolicies frontend = form.frontendPolicies();
    return new GatewayConfig(
        process.settings(),
        gateways,
        routes,
        form.backends(),
        policies,
        withOlderPlaces(frontend == null ? FrontendPolicies.DEFAULT : frontend, process),
        form.sections());
  }

  /**
   * What is written in the older places of access log and metric labels. {@link CrossChecks}
   * refuses two access logs; of two labels of one name that of the frontend counts.
   */
  private static FrontendPolicies withOlderPlaces(FrontendPolicies policies, ProcessForm form) {
    FrontendPolicies.Builder all = policies.toBuilder();
    ProcessForm.LoggingForm logging = form.logging();
    if (logging != null && logging.shapesAccessLog()) {
      all.accessLog(logging.accessLog());
    }
    ProcessForm.MetricsForm metrics = form.metrics();
    if (metrics != null && metrics.fields() != null && metrics.fields().add() != null) {
      Map<String, ExpressionText> labels = new LinkedHashMap<>(metrics.fields().add());
      labels.putAll(policies.metrics().add());
      all.metrics(new MetricLabels(labels));
    }
    return all.build();
  }

  private static Bind bind(DocumentForm.GatewayForm form) {
    List<Listener> listeners = new ArrayList<>();
    for (DocumentForm.ListenerForm listener : form.listeners()) {
      listeners.add(
          new Listener(listener.name(), listener.hostname(), listener.tls(), listener.policies()));
    }
    return new Bind(form.port(), form.address(), form.tls(), listeners, form.policies());
  }

  private static Route attached(Route route, String gateway) {
    return new Route(
        route.name(),
        route.namespace(),
        route.ruleName(),
        List.of(gateway),
        route.hostnames(),
        route.matches(),
        route.policies(),
        route.backends());
  }

  static DocumentForm form(GatewayConfig config) {
    Map<String, DocumentForm.GatewayForm> gateways = new LinkedHashMap<>();
    config
        .gateways()
        .forEach((name, bind) ->
            gateways.put(
                name,
                new DocumentForm.GatewayForm(
                    bind.port(),
                    bind.address(),
                    null,
                    bind.tls(),
                    bind.listeners().stream().map(Normaliser::form).toList(),
                    bind.policies())));
    return new DocumentForm(
        ProcessForm.of(config.config()),
        gateways,
        List.of(),
        config.routes(),
        config.backends(),
        config.policies().stream().map(TargetedForm::of).toList(),
        config.frontendPolicies().equals(FrontendPolicies.DEFAULT)
            ? null
            : config.frontendPolicies(),
        config.sections());
  }

  private static DocumentForm.ListenerForm form(Listener listener) {
    return new DocumentForm.ListenerForm(
        listener.name(), listener.hostname(), null, listener.tls(), listener.policies());
  }
}
