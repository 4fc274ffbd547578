package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.PlainErrors;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.Hostname;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.telemetry.Telemetry;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

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
  private final Telemetry telemetry;

  /**
   * Creates the front of one bind.
   *
   * @param entered gives the current snapshot, already entered
   */
  Front(String gateway, Supplier<Snapshot> entered, Telemetry telemetry) {
    this.gateway = gateway;
    this.entered = entered;
    this.telemetry = telemetry;
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) {
    Snapshot snapshot = entered.get();
    exchange.onEnd(outcome -> snapshot.leave());
    PlainErrors errors = snapshot.config().frontendPolicies().errors();
    if (!errors.equals(PlainErrors.DEFAULT)) {
      exchange.set(PlainErrors.KEY, errors);
    }
    GatewayResponse response;
    try {
      response = HeadCleaner.clean(serve(snapshot, exchange, request));
    } catch (RuntimeException failure) {
      response = Refusals.render(failure, exchange, request);
    }
    long idle = exchange.streamIdleNanos();
    return TrackedBody.track(
        exchange, telemetry.answered(exchange, response), idle < 0 ? DEFAULT_STREAM_IDLE : idle);
  }

  private GatewayResponse serve(Snapshot snapshot, Exchange exchange, GatewayRequest raw) {
    exchange.record().acceptedBy(gateway, null);
    GatewayRequest request;
    Snapshot.Reception reception;
    try {
      request = clean(snapshot, exchange, raw);
      reception = reception(snapshot, exchange, request);
    } catch (GatewayException refusal) {
      GatewayRequest unused = telemetry.start(exchange, raw);
      throw refusal;
    }
    exchange.record().acceptedBy(gateway, reception.name());
    GatewayRequest observed = telemetry.start(exchange, request);
    if (!snapshot.wanted().isEmpty()) {
      exchange.set(VariableSource.WANTED, snapshot.wanted());
    }
    exchange.errorRenderer(reception.errorRenderer());
    try {
      return reception.handler().handle(exchange, observed);
    } catch (IOException failure) {
      return Refusals.render(failure, exchange, observed);
    }
  }

  private static GatewayRequest clean(Snapshot snapshot, Exchange exchange, GatewayRequest raw) {
    String version = raw.version().toString();
    exchange.record().request(raw.method(), raw.authority(), raw.path(), version);
    exchange.record().rawPath(raw.pathAsSent());
    GatewayRequest request = snapshot.heads().clean(exchange, raw);
    exchange.record().request(request.method(), request.authority(), request.path(), version);
    return request;
  }

  private Snapshot.Reception reception(
      Snapshot snapshot, Exchange exchange, GatewayRequest request) {
    Snapshot.Entrance entrance = snapshot.entrance(gateway);
    if (entrance == null) {
      throw Reason.NOT_FOUND.exception("bind not found");
    }
    Snapshot.Reception reception = entrance.listeners().find(Hostname.hostOf(request.authority()));
    if (reception == null) {
      throw Reason.NOT_FOUND.exception("listener not found");
    }
    // The handshake was made for one listener; one that asks other things of clients is not served
    // on its connection (RFC 9110 §15.5.20).
    String serverName = exchange.connection().serverName();
    if (serverName != null) {
      Snapshot.Reception shaken = entrance.listeners().find(Hostname.hostOf(serverName));
      if (shaken != null && !shaken.trustsLike(reception)) {
        throw Reason.NOT_FOUND.exception("misdirected request").status(421);
      }
    }
    return reception;
  }
}
