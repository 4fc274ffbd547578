package dev.postern.policy.external;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;

/** One request that a service is asked about. Used by one thread. */
final class Check {
  private final Exchange exchange;
  private GatewayRequest request;

  Check(Exchange exchange, GatewayRequest request) {
    this.exchange = exchange;
    this.request = request;
  }

  Exchange exchange() {
    return exchange;
  }

  /** Returns the request, with all of its body still to be read. */
  GatewayRequest request() {
    return request;
  }

  /** Puts the body back after its beginning was read. */
  void body(Body body) {
    request = request.withBody(body);
  }
}
