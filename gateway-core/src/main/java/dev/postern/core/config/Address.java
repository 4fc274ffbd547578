package dev.postern.core.config;

import org.jspecify.annotations.Nullable;

/** An address to listen on, as in {@code localhost:15000}, {@code [::]:15020} or {@code off}. */
final class Address {
  private Address() {}

  static void check(String field, @Nullable String text) {
    if (text != null && !text.equals("off") && port(text) < 0) {
      throw new IllegalArgumentException(
          field + ": \"" + text + "\" (expected: host:port, or off)");
    }
  }

  /** Returns the port of an address, or -1 when it has none. */
  static int port(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean v6 = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (host.indexOf(':') >= 0 && !v6)) {
      return -1;
    }
    try {
      int port = Integer.parseInt(text, colon + 1, text.length(), 10);
      return port >= 0 && port <= 65_535 ? port : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
