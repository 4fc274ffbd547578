package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.StateType;
import dev.postern.core.upstream.Endpoint;
import dev.postern.core.upstream.EndpointSet;
import dev.postern.core.upstream.HealthRules;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sends requests to the endpoints of a host backend. */
final class HostHandler implements Handler {
  /** What is known of the endpoints outlives configurations; those that stay keep their health. */
  private static final StateType<List<Endpoint>, EndpointSet<Endpoint>> ENDPOINTS =
      new StateType<>() {
        @Override
        public EndpointSet<Endpoint> create(List<Endpoint> endpoints, GatewayContext context) {
          return new EndpointSet<>(
              List.of(endpoints), context.timers(), context.clock(), context.random());
        }

        @Override
        public void adapt(
            EndpointSet<Endpoint> set, List<Endpoint> before, List<Endpoint> endpoints) {
          set.adapt(List.of(endpoints));
        }
      };

  private final BackendContext context;
  private final RetryRules retries;
  private final HealthRules health;
  private final HealthVerdict verdict;
  private final AffinityRule affinity;
  private final boolean readsRequests;
  private final EndpointSet<Endpoint> endpoints;
  private final Map<Endpoint, Handler> calls = new LinkedHashMap<>();

  private HostHandler(BackendContext context, List<Endpoint> all) {
    this.context = context;
    this.retries = RetryRules.of(context);
    Health health = context.policies().find(Health.class);
    this.health = health == null ? HealthRules.SCORE_ONLY : health.rules(false);
    this.verdict = HealthVerdict.of(health, context);
    this.affinity = AffinityRule.of(context);
    this.readsRequests =
        retries.readsRequests() || verdict.readsRequests() || affinity.readsRequests();
    this.endpoints = context.state(ENDPOINTS, context.name(), all);
  }

  static Handler of(List<Endpoint> written, BackendContext context) {
    Transports transports = Transports.of(context, context.policies());
    List<Endpoint> all =
        written.stream()
            .map(endpoint -> transports.asksForTls() ? endpoint.tls(true) : endpoint)
            .distinct()
            .toList();
    HostHandler handler = new HostHandler(context, all);
    boolean readsResponses = handler.retries.readsResponses() || handler.verdict.readsResponses();
    for (Endpoint endpoint : all) {
      Handler call =
          context.backendPhase(context.policies(), new EndpointCall(endpoint, transports, context));
      handler.calls.put(endpoint, readsResponses ? context.buffers().forExpressions(call) : call);
    }
    return handler;
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest incoming) throws IOException {
    exchange.record().backend(context.name());
    GatewayRequest request =
        readsRequests ? context.buffers().forExpressions(exchange, incoming) : incoming;
    EndpointPlan plan =
        new EndpointPlan(
            this, retries.at(exchange, request), affinity.key(exchange, request), context.timers());
    return context.attempt(exchange, request, plan);
  }

  EndpointSet<Endpoint> endpoints() {
    return endpoints;
  }

  HealthRules health() {
    return health;
  }

  HealthVerdict verdict() {
    return verdict;
  }

  /** Returns the call of an endpoint. */
  Handler call(Endpoint endpoint) {
    Handler call = calls.get(endpoint);
    // Health is shared with the configuration that follows, whose endpoints this one does not know:
    // a request that is still here takes any of its own.
    return call == null ? calls.values().iterator().next() : call;
  }
}
