package dev.postern.core.upstream;

import static java.util.Objects.requireNonNull;

/**
 * One address of a backend.
 *
 * @param host a name or an IP literal, IPv6 without brackets, lower case
 * @param port 1 to 65535
 * @param tls whether calls are encrypted
 */
public record Endpoint(String host, int port, boolean tls) {
  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if the host is empty or the port out of range
   */
  public Endpoint {
    requireNonNull(host, "host");
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host: empty (expected: a name or an address)");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
  }

  /** Returns this endpoint with or without TLS. */
  public Endpoint tls(boolean tls) {
    return new Endpoint(host, port, tls);
  }

  /** Returns host and port as they stand in an authority; the default port is left out. */
  public String authority() {
    return port == (tls ? 443 : 80) ? bracketed() : bracketed() + ":" + port;
  }

  /** Returns {@code host:port}. */
  @Override
  public String toString() {
    return bracketed() + ":" + port;
  }

  private String bracketed() {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }
}
