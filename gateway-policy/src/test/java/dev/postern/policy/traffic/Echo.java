package dev.postern.policy.traffic;

import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Policy;
import dev.postern.core.upstream.UpstreamCall;
import dev.postern.core.upstream.UpstreamClient;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** A gateway with one route to a backend that remembers what it was asked. */
final class Echo implements Handler {
  final List<GatewayRequest> seen = new ArrayList<>();
  private Headers answer = Headers.EMPTY;
  private boolean keptAuthority;

  /** Returns a gateway whose route has these policies. */
  Gateway behind(RouteMatch match, Policy... policies) {
    return Gateway.builder()
        .upstream(new NoUpstream())
        .route(
            "r",
            route -> {
              route.matches(match).backend(HandlerBackend.of("echo", this));
              for (Policy policy : policies) {
                route.policy(policy);
              }
            })
        .build();
  }

  /** Sends one request through a gateway whose route has these policies. */
  GatewayResponse get(RouteMatch match, String target, Policy... policies) {
    return send(match, GatewayRequest.get(target).build(), policies);
  }

  /** Sends one request through a gateway whose route has these policies. */
  GatewayResponse send(RouteMatch match, GatewayRequest request, Policy... policies) {
    try (Gateway gateway = behind(match, policies);
        GatewayResponse response = gateway.handle(request)) {
      return response;
    }
  }

  /**
   * Runs one policy alone, without the checks and the cleaning that a gateway does before, on a
   * request whose route was found by {@code match}.
   */
  GatewayResponse alone(RouteMatch match, String target, InterceptingPolicy policy)
      throws IOException {
    Exchange exchange = new Exchange(Connection.inProcess(), Scope.root(Timers.system()));
    exchange.set(RouteMatch.MATCHED, match);
    return policy
        .interceptor(noContext())
        .intercept(exchange, GatewayRequest.get(target).build(), this::handle);
  }

  Echo answering(Headers headers) {
    this.answer = headers;
    return this;
  }

  GatewayRequest last() {
    return seen.getLast();
  }

  boolean keptAuthority() {
    return keptAuthority;
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) {
    seen.add(request);
    keptAuthority = Boolean.TRUE.equals(exchange.get(Route.KEEP_AUTHORITY));
    return GatewayResponse.of(200).withHeaders(answer);
  }

  /** Fails when a test calls upstream. */
  static final class NoUpstream implements UpstreamClient {
    @Override
    public GatewayResponse call(UpstreamCall call, Scope scope) {
      throw new AssertionError("no upstream in this test");
    }

    @Override
    public void close() {}
  }

  /** Returns a context that fails when it is used: policies of this package need none. */
  private static GatewayContext noContext() {
    return (GatewayContext)
        Proxy.newProxyInstance(
            GatewayContext.class.getClassLoader(),
            new Class<?>[] {GatewayContext.class},
            (proxy, method, arguments) -> {
              throw new AssertionError(method.getName());
            });
  }
}
