package dev.postern.core.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The words of JSON: moves over them in an array of bytes, checking each, and decodes them. */
abstract class JsonTokens {
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;
  private static final long SPACES = ' ' * ONES;

  final byte[] in;
  private final int origin;
  final int end;
  final JsonLimits limits;

  /** The offset of the next byte. */
  int at;

  /** Whether the string skipped last holds an escape. */
  boolean escaped;

  JsonTokens(byte[] in, int from, int end, JsonLimits limits) {
    this.in = in;
    this.origin = from;
    this.at = from;
    this.end = end;
    this.limits = limits;
  }

  final void skipSpace() {
    int i = at;
    while (i < end && in[i] <= ' ') {
      byte b = in[i];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        break;
      }
      i++;
    }
    at = i;
  }

  final void skipWord(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at + i >= end || in[at + i] != word.charAt(i)) {
        throw wrong("expected a value");
      }
    }
    at += word.length();
  }

  final void skipNumber() {
    int start = at;
    if (in[at] == '-') {
      at++;
    }
    if (at < end && in[at] == '0') {
      at++;
    } else {
      skipDigits(start, at == start ? "expected a value" : "expected a digit");
    }
    if (at < end && in[at] == '.') {
      at++;
      skipDigits(start, "expected a digit");
    }
    if (at < end && (in[at] | 0x20) == 'e') {
      at++;
      if (at < end && (in[at] == '+' || in[at] == '-')) {
        at++;
      }
      skipDigits(start, "expected a digit");
    }
  }

  private void skipDigits(int numberStart, String expected) {
    int first = at;
    while (at < end && in[at] >= '0' && in[at] <= '9') {
      at++;
    }
    if (at == first) {
      throw wrong(at < end ? expected : "unexpected end");
    }
    if (at - numberStart > limits.numberLength()) {
      at = numberStart;
      throw wrong("a number longer than " + limits.numberLength() + " characters");
    }
  }

  final void skipString() {
    int i = at + 1;
    boolean escapes = false;
    while (true) {
      i = skipPlain(i);
      if (i >= end) {
        at = end;
        throw wrong("unexpected end");
      }
      byte b = in[i];
      if (b == '"') {
        at = i + 1;
        escaped = escapes;
        return;
      } else if (b == '\\') {
        escapes = true;
        i = skipEscape(i);
      } else if (b < 0) {
        i = skipMultiByte(i);
      } else {
        at = i;
        throw wrong("a control character in a string");
      }
    }
  }

  /** Skips ASCII that stands for itself; at most seven bytes before the end may be left over. */
  private int skipPlain(int from) {
    int i = from;
    while (i <= end - Long.BYTES) {
      long bytes = (long) EIGHT_BYTES.get(in, i);
      long quotes = bytes ^ QUOTES;
      long backslashes = bytes ^ BACKSLASHES;
      // The lowest high bit set marks the first byte that is a quote, a backslash, below a space or
      // above ASCII; bits above it may be wrong, for a subtraction borrows upwards.
      long special =
          (((quotes - ONES) & ~quotes)
                  | ((backslashes - ONES) & ~backslashes)
                  | ((bytes - SPACES) & ~bytes)
                  | bytes)
              & HIGH_BITS;
      if (special != 0) {
        return i + (Long.numberOfTrailingZeros(special) >>> 3);
      }
      i += Long.BYTES;
    }
    while (i < end && in[i] >= ' ' && in[i] != '"' && in[i] != '\\') {
      i++;
    }
    return i;
  }

  private int skipEscape(int backslash) {
    at = backslash;
    if (backslash + 1 >= end) {
      at = end;
      throw wrong("unexpected end");
    }
    return switch (in[backslash + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> backslash + 2;
      case 'u' -> skipHexDigits(backslash + 2);
      default -> throw wrong("an unknown escape in a string");
    };
  }

  private int skipHexDigits(int from) {
    for (int i = from; i < from + 4; i++) {
      if (i >= end || Character.digit(in[i], 16) < 0) {
        throw wrong("expected \\u and four hexadecimal digits");
      }
    }
    return from + 4;
  }

  /** Checks one character of two to four bytes by the table of Unicode 3.9, D92. */
  private int skipMultiByte(int i) {
    int lead = in[i] & 0xff;
    int second = i + 1 < end ? in[i + 1] & 0xff : 0;
    boolean good;
    int length;
    if (lead < 0xe0) {
      length = 2;
      good = lead >= 0xc2 && isBetween(second, 0x80, 0xbf);
    } else if (lead < 0xf0) {
      length = 3;
      good =
          isBetween(second, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf)
              && isContinuation(i + 2);
    } else {
      length = 4;
      good =
          lead <= 0xf4
              && isBetween(second, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf)
              && isContinuation(i + 2)
              && isContinuation(i + 3);
    }
    if (!good) {
      at = i;
      throw wrong("not UTF-8");
    }
    return i + length;
  }

  private boolean isContinuation(int i) {
    return i < end && (in[i] & 0xc0) == 0x80;
  }

  private static boolean isBetween(int value, int low, int high) {
    return value >= low && value <= high;
  }

  /** Returns the text of a string literal that has been checked; the quotes are in the range. */
  static String text(byte[] in, int start, int end, boolean escaped) {
    String raw = new String(in, start + 1, end - start - 2, StandardCharsets.UTF_8);
    return escaped ? unescape(raw) : raw;
  }

  static String ascii(byte[] in, int start, int end) {
    return new String(in, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private static String unescape(String raw) {
    StringBuilder text = new StringBuilder(raw.length());
    int from = 0;
    for (int i = raw.indexOf('\\'); i >= 0; i = raw.indexOf('\\', from)) {
      text.append(raw, from, i);
      char c = raw.charAt(i + 1);
      from = i + 2;
      switch (c) {
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'u' -> {
          text.append((char) Integer.parseInt(raw, i + 2, i + 6, 16));
          from = i + 6;
        }
        default -> text.append(c);
      }
    }
    return text.append(raw, from, raw.length()).toString();
  }

  final JsonException wrong(String problem) {
    return new JsonException(problem, at - origin);
  }
}
