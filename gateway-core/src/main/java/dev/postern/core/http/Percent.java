package dev.postern.core.http;

/** Percent-encoding of single bytes. */
final class Percent {
  private static final String HEX = "0123456789ABCDEF";

  private Percent() {}

  /** Returns the byte that the escape at {@code i} stands for. */
  static int decode(String text, int i) {
    int high = i + 2 < text.length() ? digit(text.charAt(i + 1)) : -1;
    int low = i + 2 < text.length() ? digit(text.charAt(i + 2)) : -1;
    if (high < 0 || low < 0) {
      throw InvalidRequestException.malformed("target with an incomplete escape");
    }
    return (high << 4) | low;
  }

  static void encode(char c, StringBuilder out) {
    out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
  }

  static String upper(int code) {
    StringBuilder out = new StringBuilder(3);
    encode((char) code, out);
    return out.toString();
  }

  private static int digit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }
}
