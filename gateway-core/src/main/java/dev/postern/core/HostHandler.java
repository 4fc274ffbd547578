package dev.postern.core;

import dev.postern.core.exchange.Attempt;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.Route;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.AttemptResult;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.telemetry.ObservedCall;
import dev.postern.core.telemetry.OutboundCall;
import dev.postern.core.upstream.Endpoint;
import dev.postern.core.upstream.Transport;
import dev.postern.core.upstream.UpstreamCall;
import dev.postern.core.upstream.UpstreamClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Sends requests to the endpoints of a host backend. */
final class HostHandler implements Handler {
  private final BackendContext context;
  private final RetryRules rules;
  private final List<EndpointTarget> targets;

  private HostHandler(BackendContext context, RetryRules rules, List<EndpointTarget> targets) {
    this.context = context;
    this.rules = rules;
    this.targets = targets;
  }

  static Handler of(List<Endpoint> endpoints, BackendContext context) {
    boolean tls = context.policies().find(BackendTls.class) != null;
    Transport transport = Transports.of(context.policies());
    List<EndpointTarget> targets = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      Endpoint effective = tls ? endpoint.tls(true) : endpoint;
      Handler call = new EndpointCall(context.upstream(), effective, transport, context);
      targets.add(
          new EndpointTarget(effective.toString(), context.backendPhase(context.policies(), call)));
    }
    return new HostHandler(context, RetryRules.of(context), targets);
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
    exchange.record().backend(context.name());
    return context.attempt(exchange, request, new Plan(request.method()));
  }

  private record EndpointTarget(String name, Handler handler) implements AttemptPlan.Target {}

  /** Tries endpoints at random, those not tried yet first. */
  private final class Plan implements AttemptPlan {
    private final String method;
    private final List<EndpointTarget> untried = new ArrayList<>(targets);

    Plan(String method) {
      this.method = method;
    }

    @Override
    public Target next(Exchange exchange, int number) {
      RandomGenerator random = context.random();
      return untried.isEmpty()
          ? targets.get(random.nextInt(targets.size()))
          : untried.remove(random.nextInt(untried.size()));
    }

    @Override
    public @Nullable Duration again(AttemptResult result, int number) {
      return rules.again(result, number, method);
    }

    @Override
    public long replayLimit() {
      return rules.replayLimit();
    }

    @Override
    public Duration attemptTimeout() {
      return rules.attemptTimeout();
    }
  }

  /** One endpoint: the end of every way through the gateway. */
  private record EndpointCall(
      UpstreamClient client, Endpoint endpoint, Transport transport, BackendContext context)
      implements Handler {
    @Override
    public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
      exchange.record().endpoint(endpoint.toString());
      GatewayRequest outgoing =
          exchange.get(Route.KEEP_AUTHORITY) == null
              ? request.toBuilder().authority(endpoint.authority()).build()
              : request;
      ObservedCall observed = context.telemetry().call(exchange, OutboundCall.HTTP);
      Attempt attempt = exchange.attempt();
      observed.target(endpoint.toString(), attempt == null ? 1 : attempt.number());
      GatewayResponse response;
      try {
        response =
            client.call(
                new UpstreamCall(
                    outgoing.withHeaders(observed.headers(outgoing.headers())),
                    endpoint,
                    transport,
                    0),
                exchange.attemptScope());
      } catch (IOException | RuntimeException e) {
        observed.failed(e);
        throw e;
      }
      observed.head(response.status());
      return response;
    }
  }
}
