package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.Hostname;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where requests of one bind come in, through whichever door.
 *
 * <p>Takes the current snapshot, finds the listener, and sees to it that the exchange ends exactly
 * once.
 */
final class Front implements Handler {
  private static final long DEFAULT_STREAM_IDLE = TimeUnit.MINUTES.toNanos(5);

  private final String gateway;
  private final Supplier<Snapshot> entered;

  /**
   * Creates the front of one bind.
   *
   * @param entered gives the current snapshot, already entered
   */
  Front(String gateway, Supplier<Snapshot> entered) {
    this.gateway = gateway;
    this.entered = entered;
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) {
    Snapshot snapshot = entered.get();
    exchange.onEnd(outcome -> snapshot.leave());
    GatewayResponse response;
    try {
      response = serve(snapshot.entrance(gateway), exchange, request);
    } catch (RuntimeException failure) {
      response = Refusals.render(failure, exchange, request);
    }
    long idle = exchange.streamIdleNanos();
    return TrackedBody.track(exchange, response, idle < 0 ? DEFAULT_STREAM_IDLE : idle);
  }

  private GatewayResponse serve(
      Snapshot.@Nullable Entrance entrance, Exchange exchange, GatewayRequest request) {
    exchange
        .record()
        .request(
            request.method(), request.authority(), request.path(), request.version().toString());
    if (entrance == null) {
      throw Reason.NOT_FOUND.exception("bind not found");
    }
    Snapshot.Reception reception = entrance.listeners().find(Hostname.hostOf(request.authority()));
    if (reception == null) {
      throw Reason.NOT_FOUND.exception("listener not found");
    }
    exchange.record().acceptedBy(gateway, reception.name());
    exchange.errorRenderer(reception.errorRenderer());
    try {
      return reception.handler().handle(exchange, request);
    } catch (java.io.IOException failure) {
      return Refusals.render(failure, exchange, request);
    }
  }
}
