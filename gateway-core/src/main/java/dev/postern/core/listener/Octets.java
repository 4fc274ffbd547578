package dev.postern.core.listener;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The classes of octets of RFC 9110, and small readings of them. */
final class Octets {
  private static final boolean[] TOKEN = new boolean[128];

  static {
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      TOKEN[c] = true;
    }
    for (char c = '0'; c <= '9'; c++) {
      TOKEN[c] = true;
    }
    for (char c = 'a'; c <= 'z'; c++) {
      TOKEN[c] = true;
      TOKEN[c - 'a' + 'A'] = true;
    }
  }

  private Octets() {}

  // RFC 9110 §5.6.2
  static boolean isToken(byte b) {
    return b >= 0 && TOKEN[b];
  }

  // RFC 9110 §5.5, with obs-text
  static boolean isValue(byte b) {
    return b >= ' ' ? b != 0x7f : b < 0 || b == '\t';
  }

  static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
  }

  /** Returns the value of a hexadecimal digit, or -1. */
  static int hex(byte b) {
    return Character.digit(b, 16);
  }

  static int skipSpace(ByteBuf buf, int start, int end) {
    int at = start;
    while (at < end && isSpace(buf.getByte(at))) {
      at++;
    }
    return at;
  }

  static int trimSpace(ByteBuf buf, int start, int end) {
    int at = end;
    while (at > start && isSpace(buf.getByte(at - 1))) {
      at--;
    }
    return at;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t';
  }

  static String lowerCase(ByteBuf buf, int start, int end) {
    return buf.toString(start, end - start, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
  }

  /** Returns the number that the digits say, or -1 if they are none or more than a long holds. */
  static long decimal(ByteBuf buf, int start, int end) {
    if (start == end) {
      return -1;
    }
    long value = 0;
    for (int i = start; i < end; i++) {
      int digit = buf.getByte(i) - '0';
      if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** Writes over the first letter of {@code token} wherever it stands. */
  static void spoil(ByteBuf buf, int start, int end, String token) {
    String text = lowerCase(buf, start, end);
    for (int i = text.indexOf(token); i >= 0; i = text.indexOf(token, i + 1)) {
      buf.setByte(start + i, 'x');
    }
  }
}
