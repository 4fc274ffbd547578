package dev.postern.core.upstream;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

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

  /**
   * Returns the endpoint that {@code target} writes: {@code host:port}, {@code [v6]:port}, {@code
   * http://host} or {@code https://host}, the last two with an optional port.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static Endpoint parse(String target) {
    boolean tls = target.startsWith("https://");
    boolean plain = target.startsWith("http://");
    if (target.startsWith("unix:")) {
      throw unreadable(target, "unix sockets are not supported yet");
    }
    String rest = tls ? target.substring(8) : plain ? target.substring(7) : target;
    if (rest.endsWith("/") && (tls || plain)) {
      rest = rest.substring(0, rest.length() - 1);
    }
    if (rest.indexOf('/') >= 0 || rest.indexOf('@') >= 0 || rest.indexOf('?') >= 0) {
      throw unreadable(target, "only a host and a port may stand here");
    }
    int colon = rest.endsWith("]") ? -1 : rest.lastIndexOf(':');
    String host = colon < 0 ? rest : rest.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw unreadable(target, "an IPv6 address stands in brackets");
    }
    if (host.isEmpty()) {
      throw unreadable(target, "the host is missing");
    }
    if (colon < 0 && !tls && !plain) {
      throw unreadable(target, "the port is missing");
    }
    int port = colon < 0 ? (tls ? 443 : 80) : port(target, rest.substring(colon + 1));
    return new Endpoint(host.toLowerCase(Locale.ROOT), port, tls);
  }

  private static int port(String target, String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw unreadable(target, "the port is not a number from 1 to 65535");
  }

  private static IllegalArgumentException unreadable(String target, String why) {
    return new IllegalArgumentException(
        target + ": " + why + " (expected: host:port, http://host or https://host)");
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
