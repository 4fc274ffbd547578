package dev.postern.core.listener;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one bind listens on and how.
 *
 * @param address the local address, an IP address or a host name, or null for all
 * @param port the port, or 0 for any free one
 * @param tls the certificates, one for each server name; empty for cleartext
 * @param tlsHandshakeTimeout how long a TLS handshake may take
 * @param keepAlive how silent connections are probed
 * @param limits what one client may demand
 */
public record BindSettings(
    @Nullable String address,
    int port,
    List<ServerNameTls> tls,
    Duration tlsHandshakeTimeout,
    TcpKeepAlive keepAlive,
    HttpLimits limits) {
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(15);

  /** Checks the ranges. */
  public BindSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0..65535)");
    }
    tls = List.copyOf(tls);
    if (tlsHandshakeTimeout.isNegative() || tlsHandshakeTimeout.isZero()) {
      throw new IllegalArgumentException(
          "tlsHandshakeTimeout: " + tlsHandshakeTimeout + " (expected: more than 0)");
    }
    requireNonNull(keepAlive, "keepAlive");
    requireNonNull(limits, "limits");
  }

  /** Returns a cleartext bind of all addresses, with the default limits. */
  public static BindSettings port(int port) {
    return new BindSettings(
        null, port, List.of(), HANDSHAKE_TIMEOUT, TcpKeepAlive.DEFAULT, HttpLimits.DEFAULT);
  }

  /** Returns a cleartext bind of one address, with the default limits. */
  public static BindSettings of(@Nullable String address, int port) {
    return new BindSettings(
        address, port, List.of(), HANDSHAKE_TIMEOUT, TcpKeepAlive.DEFAULT, HttpLimits.DEFAULT);
  }

  /** Returns this bind with other limits. */
  public BindSettings withLimits(HttpLimits limits) {
    return new BindSettings(address, port, tls, tlsHandshakeTimeout, keepAlive, limits);
  }

  /** Returns this bind with certificates. */
  public BindSettings withTls(List<ServerNameTls> tls) {
    return new BindSettings(address, port, tls, tlsHandshakeTimeout, keepAlive, limits);
  }

  /** Returns this bind with another limit of the TLS handshake. */
  public BindSettings withTlsHandshakeTimeout(Duration tlsHandshakeTimeout) {
    return new BindSettings(address, port, tls, tlsHandshakeTimeout, keepAlive, limits);
  }

  /** Returns this bind with silent connections probed otherwise. */
  public BindSettings withKeepAlive(TcpKeepAlive keepAlive) {
    return new BindSettings(address, port, tls, tlsHandshakeTimeout, keepAlive, limits);
  }

  /** Returns whether HTTP/2 is spoken: in cleartext always, behind TLS if it is offered. */
  boolean http2() {
    return tls.isEmpty() || tls.stream().anyMatch(ServerNameTls::http2);
  }
}
