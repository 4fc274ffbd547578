package dev.postern.core.http;

import java.net.InetAddress;
import java.util.Locale;

/**
 * A host and an optional port, as in a Host header.
 *
 * <p>Hosts are names in their ASCII form (internationalised names as A-labels), dotted IPv4 or
 * bracketed IPv6. The canonical form is in lower case, without a trailing dot, without leading
 * zeros in the port.
 *
 * @param host in canonical form; IPv6 in brackets
 * @param port the port, or -1 if none is given
 */
public record Authority(String host, int port) {
  private static final int MAX_HOST = 253;
  private static final int MAX_LABEL = 63;

  /**
   * Returns the parts of {@code text}.
   *
   * @throws IllegalArgumentException if it is not a valid host with an optional port
   */
  public static Authority parse(String text) {
    String canonical = canonical(text);
    return new Authority(host(canonical), port(canonical));
  }

  /**
   * Returns the canonical form of {@code text}: the same object if it is in that form.
   *
   * @throws IllegalArgumentException if it is not a valid host with an optional port
   */
  public static String canonical(String text) {
    if (!text.isEmpty() && text.charAt(0) == '[') {
      return canonicalV6(text);
    }
    int colon = text.indexOf(':');
    int end = colon < 0 ? text.length() : colon;
    int hostEnd = end > 1 && text.charAt(end - 1) == '.' ? end - 1 : end;
    boolean lower = checkName(text, hostEnd);
    String port = canonicalPort(text, end);
    if (lower && hostEnd == end && port.length() == text.length() - end) {
      return text;
    }
    return text.substring(0, hostEnd).toLowerCase(Locale.ROOT) + port;
  }

  /** Returns the host of an authority in canonical form. */
  public static String host(String canonical) {
    int colon = portColon(canonical);
    return colon < 0 ? canonical : canonical.substring(0, colon);
  }

  /** Returns the port of an authority in canonical form, or -1 if it has none. */
  public static int port(String canonical) {
    int colon = portColon(canonical);
    return colon < 0 ? -1 : Integer.parseInt(canonical, colon + 1, canonical.length(), 10);
  }

  /** Returns the port that {@code scheme} implies: 443 for https, else 80. */
  public static int defaultPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  @Override
  public String toString() {
    return port < 0 ? host : host + ":" + port;
  }

  private static int portColon(String canonical) {
    int colon = canonical.lastIndexOf(':');
    return colon > 0 && canonical.indexOf(']') < colon ? colon : -1;
  }

  private static String canonicalV6(String text) {
    int bracket = text.indexOf(']');
    InetAddress address =
        bracket < 0 || text.indexOf('%') >= 0 ? null : IpAddress.parse(text.substring(1, bracket));
    int colon = text.indexOf(':');
    if (address == null || colon < 0 || colon > bracket) {
      throw new IllegalArgumentException("not an IPv6 address in brackets");
    }
    String host = IpAddress.text(address);
    // The mapped form of an IPv4 address names the same host as the address itself.
    host = host.indexOf(':') < 0 ? host : "[" + host + "]";
    String canonical = host + canonicalPort(text, bracket + 1);
    return canonical.equals(text) ? text : canonical;
  }

  /** Returns a colon and the port, or nothing. */
  private static String canonicalPort(String text, int colon) {
    if (colon == text.length()) {
      return "";
    }
    if (text.charAt(colon) != ':') {
      throw new IllegalArgumentException("characters after the host");
    }
    int port = 0;
    for (int i = colon + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      port = c >= '0' && c <= '9' ? Math.min(port * 10 + c - '0', 65_536) : 65_536;
    }
    if (colon + 1 == text.length()) {
      return "";
    }
    if (port == 0 || port > 65_535) {
      throw new IllegalArgumentException("port (expected: 1..65535)");
    }
    return text.charAt(colon + 1) == '0' ? ":" + port : text.substring(colon);
  }

  /** Checks the name that ends at {@code end}; returns whether it is in lower case. */
  private static boolean checkName(String text, int end) {
    if (end == 0 || end > MAX_HOST) {
      throw new IllegalArgumentException("host of " + end + " characters (expected: 1..253)");
    }
    boolean lower = true;
    int label = 0;
    for (int i = 0; i <= end; i++) {
      char c = i == end ? '.' : text.charAt(i);
      if (c == '.') {
        if (i == label || i - label > MAX_LABEL) {
          throw new IllegalArgumentException("host with an empty or too long label");
        }
        if (i == end && looksNumeric(text, label, end) && !IpAddress.isV4(text, 0, end)) {
          throw new IllegalArgumentException("host that is nearly an IPv4 address");
        }
        label = i + 1;
      } else if (c >= 'A' && c <= 'Z') {
        lower = false;
      } else if (!isLowerOrDigit(c) && c != '-' && c != '_') {
        throw new IllegalArgumentException("host with a character that no host has");
      }
    }
    return lower;
  }

  // As in the URL standard: a last label that is a number makes the whole an IPv4 address. Forms
  // like 127.1 or 0x7f000001 mean different hosts to different readers.
  private static boolean looksNumeric(String text, int start, int end) {
    boolean hex =
        end - start > 1 && text.charAt(start) == '0' && (text.charAt(start + 1) | 0x20) == 'x';
    for (int i = hex ? start + 2 : start; i < end; i++) {
      char c = text.charAt(i);
      if (Character.digit(c, hex ? 16 : 10) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLowerOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}
