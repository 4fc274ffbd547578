package dev.postern.core;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Forwarding;
import dev.postern.core.http.ForwardingHeaders;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway may tell upstream about where a request came from.
 *
 * <p>Third parties are told nothing unless the configuration says so: hosts outside {@code
 * forwarding.internalHosts}, and providers unless {@code forwarding.toProviders} is set.
 */
public final class ForwardedHop {
  private static final AttributeKey<ForwardedHop> KEY = AttributeKey.of("forwarded hop");

  private final Forwarding forwarding;
  private final ForwardingHeaders writer;
  private final GatewayRequest received;

  private ForwardedHop(Forwarding forwarding, ForwardingHeaders writer, GatewayRequest received) {
    this.forwarding = forwarding;
    this.writer = writer;
    this.received = received;
  }

  static void leave(
      Exchange exchange, Forwarding forwarding, ForwardingHeaders writer, GatewayRequest received) {
    exchange.set(KEY, new ForwardedHop(forwarding, writer, received));
  }

  /** Has nothing told or removed for the calls of this exchange. */
  static void forget(Exchange exchange) {
    exchange.set(KEY, null);
  }

  /** Returns the request as it came in, before any policy changed it; null if it is not known. */
  public static @Nullable GatewayRequest received(Exchange exchange) {
    ForwardedHop hop = exchange.get(KEY);
    return hop == null ? null : hop.received;
  }

  /** Returns {@code headers} as they go to {@code host}, a server of our own. */
  static Headers headers(Exchange exchange, Headers headers, String host) {
    ForwardedHop hop = exchange.get(KEY);
    if (hop == null) {
      return headers;
    }
    return hop.forwarding.tells(host)
        ? hop.written(exchange, headers)
        : ForwardingHeaders.remove(headers);
  }

  /** Returns {@code headers} as they go to a provider, a third party. */
  public static Headers headersForProvider(Exchange exchange, Headers headers) {
    ForwardedHop hop = exchange.get(KEY);
    return hop != null && hop.forwarding.toProviders()
        ? hop.written(exchange, headers)
        : ForwardingHeaders.remove(headers);
  }

  private Headers written(Exchange exchange, Headers headers) {
    InetSocketAddress remote = exchange.connection().remote();
    InetSocketAddress local = exchange.connection().local();
    return writer.written(
        headers,
        received,
        remote == null ? null : remote.getAddress(),
        local == null ? 0 : local.getPort());
  }
}
