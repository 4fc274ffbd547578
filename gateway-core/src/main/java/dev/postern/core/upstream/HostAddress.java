package dev.postern.core.upstream;

import java.net.URI;
import java.util.Locale;

/**
 * The host of a backend as configurations write it: {@code host:port}, {@code [v6]:port}, {@code
 * http://host} or {@code https://host:port}.
 *
 * @param endpoint where it leads
 * @param path what followed the host of a URL, without a slash at its end; empty for none
 */
public record HostAddress(Endpoint endpoint, String path) {
  private static final String EXPECTED =
      " (expected: host:port, [v6]:port, http://host or https://host, with :port if it is another)";

  /**
   * Reads an address; only addresses with {@code https} are encrypted.
   *
   * @throws IllegalArgumentException if {@code text} is none, or carries a path
   */
  public static Endpoint parse(String text) {
    HostAddress address = parseWithPath(text);
    if (!address.path.isEmpty()) {
      throw new IllegalArgumentException(text + ": a path is not possible here (expected: a host)");
    }
    return address.endpoint;
  }

  /**
   * Reads an address that may carry a path.
   *
   * @throws IllegalArgumentException if {@code text} is none
   */
  public static HostAddress parseWithPath(String text) {
    String rest = text.strip();
    int credentialsEnd = rest.lastIndexOf('@');
    if (credentialsEnd >= 0) {
      // Not quoted, because what stands before the host is a secret more often than not.
      throw new IllegalArgumentException(
          "credentials before "
              + withoutQuery(rest.substring(credentialsEnd))
              + ": not possible in an address"
              + EXPECTED);
    }
    if (rest.startsWith("unix:")) {
      throw new IllegalArgumentException(text + ": unix sockets are not supported yet");
    }
    int schemeEnd = rest.indexOf("://");
    if (schemeEnd < 0) {
      if (rest.indexOf('/') >= 0) {
        throw bad(text);
      }
      return new HostAddress(endpoint(text, rest, 0, false), "");
    }
    boolean tls =
        switch (rest.substring(0, schemeEnd).toLowerCase(Locale.ROOT)) {
          case "http" -> false;
          case "https" -> true;
          default -> throw bad(text);
        };
    rest = rest.substring(schemeEnd + 3);
    if (rest.indexOf('?') >= 0 || rest.indexOf('#') >= 0) {
      throw bad(text);
    }
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    String path = slash < 0 ? "" : rest.substring(slash);
    return new HostAddress(
        endpoint(text, authority, tls ? 443 : 80, tls),
        path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
  }

  /** Reads {@code host[:port]}; without a default the port is required. */
  private static Endpoint endpoint(String text, String authority, int defaultPort, boolean tls) {
    int bracket = authority.lastIndexOf(']');
    int colon = authority.lastIndexOf(':');
    if (bracket < 0 && colon != authority.indexOf(':')) {
      throw new IllegalArgumentException(text + ": an IPv6 address needs brackets" + EXPECTED);
    }
    String host = colon > bracket ? authority.substring(0, colon) : authority;
    int port = colon > bracket ? port(text, authority.substring(colon + 1)) : defaultPort;
    if (port == 0) {
      throw new IllegalArgumentException(text + ": no port" + EXPECTED);
    }
    String bare = host.startsWith("[") && host.endsWith("]") ? unbracket(text, host) : host;
    if (bare.equals(host) && !nameOrV4(host)) {
      throw bad(text);
    }
    return new Endpoint(bare.toLowerCase(Locale.ROOT), port, tls);
  }

  private static int port(String text, String digits) {
    if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(HostAddress::digit)) {
      throw new IllegalArgumentException(text + ": port " + digits + " (expected: 1..65535)");
    }
    int port = Integer.parseInt(digits);
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(text + ": port " + digits + " (expected: 1..65535)");
    }
    return port;
  }

  private static String unbracket(String text, String host) {
    String address = host.substring(1, host.length() - 1);
    if (address.indexOf(':') < 0 || !validV6(address)) {
      throw new IllegalArgumentException(text + ": not an IPv6 address" + EXPECTED);
    }
    return address;
  }

  private static boolean validV6(String address) {
    try {
      return URI.create("http://[" + address + "]/").getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean nameOrV4(String host) {
    if (host.isEmpty() || host.length() > 253 || host.startsWith(".") || host.contains("..")) {
      return false;
    }
    return host.chars()
        .allMatch(c ->
            digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ".-_".indexOf(c) >= 0);
  }

  private static boolean digit(int c) {
    return c >= '0' && c <= '9';
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        withoutQuery(text) + ": not the address of a host" + EXPECTED);
  }

  /** Queries hold keys now and then. */
  private static String withoutQuery(String text) {
    int mark = text.indexOf('?');
    return mark < 0 ? text : text.substring(0, mark) + "?...";
  }

  /** Returns whether {@code host} is an address and not a name. */
  static boolean literal(String host) {
    return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || digit(c));
  }
}
