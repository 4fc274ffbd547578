package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Forwarding;
import dev.postern.core.http.ForwardingHeaders;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.http.HopByHop;
import dev.postern.core.http.HygieneSettings;
import dev.postern.core.http.InvalidRequestException;
import dev.postern.core.http.RequestHygiene;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Applies the rules of HTTP to the heads of requests and responses, for callers of all kinds. */
final class HeadCleaner {
  private static final Logger LOG = System.getLogger(Gateway.class.getName());

  private final HygieneSettings hygiene;
  private final Forwarding forwarding;
  private final ForwardingHeaders writer;

  HeadCleaner(FrontendPolicies policies) {
    this.hygiene = policies.hygiene();
    this.forwarding = policies.forwarding();
    this.writer = new ForwardingHeaders(forwarding);
  }

  /**
   * Returns the request that everything further in sees.
   *
   * @throws dev.postern.core.exchange.GatewayException if the request is refused
   */
  GatewayRequest clean(Exchange exchange, GatewayRequest request) {
    GatewayRequest clean;
    try {
      clean = RequestHygiene.apply(request, hygiene);
    } catch (InvalidRequestException e) {
      throw Reason.INVALID_REQUEST.exception(e.message()).status(e.status()).detail(e.detail());
    }
    InetSocketAddress remote = exchange.connection().remote();
    InetAddress peer = remote == null ? null : remote.getAddress();
    exchange.record().source(writer.source(peer, clean.headers()));
    Headers received = writer.received(peer, clean.headers());
    if (!received.equals(clean.headers())) {
      clean = clean.withHeaders(received);
    }
    ForwardedHop.leave(exchange, forwarding, writer, clean);
    return clean;
  }

  /** Returns the response without what concerns only the upstream connection. */
  static GatewayResponse clean(GatewayResponse response) {
    if (response.upgrade() != null) {
      return response;
    }
    try {
      Headers clean = HopByHop.withoutForResponse(response.headers(), HeadCleaner::dropped);
      return clean.equals(response.headers()) ? response : response.withHeaders(clean);
    } catch (InvalidRequestException e) {
      response.close();
      throw Reason.INTERNAL.exception("internal error").detail(e.detail());
    }
  }

  /** The name comes from the same sender as the value, so it may hold anything too. */
  private static void dropped(String name) {
    LOG.log(
        Level.DEBUG,
        () ->
            "response header left out, it is not allowed: "
                + name.replaceAll("[^!-~]", "?").substring(0, Math.min(name.length(), 64)));
  }
}
