package dev.postern.core;

import dev.postern.core.exchange.Attempt;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.Route;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.telemetry.ObservedCall;
import dev.postern.core.telemetry.OutboundCall;
import dev.postern.core.upstream.Endpoint;
import dev.postern.core.upstream.UpstreamCall;
import java.io.IOException;

/** The call of one endpoint: the end of the way of a request to a host backend. */
record EndpointCall(Endpoint endpoint, Transports transports, BackendContext context)
    implements Handler {
  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
    exchange.record().endpoint(endpoint.toString());
    OutboundCall purpose = exchange.get(OutboundCall.KEY);
    ObservedCall observed =
        context.telemetry().call(exchange, purpose == null ? OutboundCall.HTTP : purpose);
    Attempt attempt = exchange.attempt();
    observed.target(endpoint.toString(), attempt == null ? 1 : attempt.number());
    try {
      GatewayResponse response =
          context
              .upstream()
              .call(
                  new UpstreamCall(
                      outgoing(exchange, request, observed), endpoint, transports.current(), 0),
                  exchange.attemptScope());
      observed.head(response.status());
      return response;
    } catch (IOException | RuntimeException e) {
      observed.failed(e);
      throw e;
    }
  }

  private GatewayRequest outgoing(
      Exchange exchange, GatewayRequest request, ObservedCall observed) {
    // Proxy credentials are for the gateway (policies have read them by now), never for who is
    // behind.
    Headers headers = request.headers().without("proxy-authorization");
    headers = ForwardedHop.headers(exchange, headers, endpoint.host());
    GatewayRequest.Builder outgoing = request.toBuilder().headers(observed.headers(headers));
    if (exchange.get(Route.KEEP_AUTHORITY) == null) {
      outgoing.authority(endpoint.authority());
    }
    return outgoing.build();
  }
}
