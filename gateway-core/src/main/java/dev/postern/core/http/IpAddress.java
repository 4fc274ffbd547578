package dev.postern.core.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** IP addresses as text, read and written without ever asking a name server. */
final class IpAddress {
  private IpAddress() {}

  /**
   * Returns the address that {@code text} is the literal form of, or null if it is none.
   * IPv4-mapped IPv6 becomes IPv4; a zone is dropped.
   */
  static @Nullable InetAddress parse(String text) {
    int zone = text.indexOf('%');
    String literal = zone < 0 ? text : text.substring(0, zone);
    boolean v6 = literal.indexOf(':') >= 0;
    boolean literalForm =
        v6 ? looksLikeV6(literal) : zone < 0 && isV4(literal, 0, literal.length());
    if (!literalForm) {
      return null;
    }
    try {
      return InetAddress.getByName(literal); // a literal for certain, so nothing is looked up
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Returns the form of RFC 5952, or dotted decimal. */
  static String text(InetAddress address) {
    if (address instanceof Inet4Address) {
      return address.getHostAddress();
    }
    byte[] bytes = address.getAddress();
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
    }
    int zeros = 0;
    int zerosAt = -1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > Math.max(zeros, 1)) {
        zeros = end - i;
        zerosAt = i;
      }
    }
    StringBuilder text = new StringBuilder(40);
    for (int i = 0; i < 8; i++) {
      if (i == zerosAt) {
        text.append("::");
        i += zeros - 1;
        continue;
      }
      if (i > 0 && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }

  /** Returns whether the part of {@code text} is four decimal numbers as in {@code 127.0.0.1}. */
  static boolean isV4(String text, int start, int end) {
    int numbers = 0;
    int i = start;
    while (i < end) {
      int first = i;
      int value = 0;
      while (i < end && text.charAt(i) >= '0' && text.charAt(i) <= '9' && i - first < 4) {
        value = value * 10 + text.charAt(i) - '0';
        i++;
      }
      boolean leadingZero = i - first > 1 && text.charAt(first) == '0';
      if (i == first || value > 255 || leadingZero || ++numbers > 4) {
        return false;
      }
      if (i < end && (text.charAt(i) != '.' || ++i == end)) {
        return false;
      }
    }
    return numbers == 4;
  }

  private static boolean looksLikeV6(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed = Character.digit(c, 16) >= 0 || c == ':' || c == '.';
      if (!allowed || c > 'f') {
        return false;
      }
    }
    return text.length() <= 45;
  }
}
