package dev.postern.core.telemetry;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/** Plays requests to a {@link Telemetry}, on a clock that only the test moves. */
final class TestRequests {
  final Telemetry telemetry;
  private long nanos = 1_000_000_000;

  TestRequests(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  /** Starts a request that came over a connection of 192.0.2.7. */
  Exchange start(GatewayRequest request) {
    InetSocketAddress remote = new InetSocketAddress(address(192, 0, 2, 7), 50123);
    InetSocketAddress local = new InetSocketAddress(address(127, 0, 0, 1), 8080);
    return start(new Connection("c1", 8080, remote, local, false, null, List.of()), request);
  }

  /** Starts a request. */
  Exchange start(Connection connection, GatewayRequest request) {
    Exchange exchange = new Exchange(connection, Scope.root(new HandTimers()));
    exchange.record().requestId("r1");
    exchange.record().acceptedBy("default", "web");
    exchange.record().request(request.method(), request.authority(), request.path(), "HTTP/1.1");
    GatewayRequest unused = telemetry.start(exchange, request);
    return exchange;
  }

  /** Starts a request and notes that it was routed and answered by its backend after 5 ms. */
  Exchange serve(GatewayRequest request) {
    return serve(request, 200);
  }

  /** Starts a request and notes that it was routed and answered by its backend after 5 ms. */
  Exchange serve(GatewayRequest request, int status) {
    Exchange exchange = start(request);
    route(exchange);
    pass(Duration.ofMillis(1));
    exchange.record().upstreamStarted(nanos);
    exchange.record().attempts(1);
    exchange.record().endpoint("127.0.0.1:9000");
    pass(Duration.ofMillis(3));
    exchange.record().upstreamHead(nanos);
    pass(Duration.ofMillis(1));
    exchange.record().responseHead(nanos);
    exchange.record().status(status);
    exchange.record().responseBytes(100);
    GatewayResponse unused = telemetry.answered(exchange, GatewayResponse.of(status));
    return exchange;
  }

  void route(Exchange exchange) {
    exchange.record().routedBy("chat", "rule0");
    exchange.record().pathPattern("/v1/*");
    exchange.record().backend("models");
  }

  /** Serves a request to its end, 12 ms after its start. */
  Exchange done(GatewayRequest request) {
    return done(request, 200);
  }

  /** Serves a request to its end, 12 ms after its start. */
  Exchange done(GatewayRequest request, int status) {
    Exchange exchange = serve(request, status);
    pass(Duration.ofMillis(7));
    exchange.end(Outcome.DONE);
    return exchange;
  }

  void pass(Duration time) {
    nanos += time.toNanos();
  }

  private static InetAddress address(int... parts) {
    byte[] bytes = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      bytes[i] = (byte) parts[i];
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private final class HandTimers implements Timers {
    @Override
    public Timer schedule(long after, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long nanoTime() {
      return nanos;
    }
  }
}
