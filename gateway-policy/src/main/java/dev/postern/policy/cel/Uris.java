package dev.postern.policy.cel;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Percent-encoding, and the queries of URIs. */
final class Uris {
  private static final String UNRESERVED = "-._~";

  private Uris() {}

  static String encode(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
      if (plain) {
        out.append(c);
      } else {
        out.append('%');
        out.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return out.toString();
  }

  /** Decodes percent signs and nothing else: a plus stays one. */
  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] != '%') {
        out.write(in[i]);
        continue;
      }
      int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
      int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw new IllegalArgumentException("a percent sign without two hexadecimal digits");
      }
      out.write(high << 4 | low);
      i += 2;
    }
    return TextFunctions.text(out.toByteArray());
  }

  /** Hands over the pairs of a form or query, decoded; here a plus is a space. */
  static void pairs(String text, BiConsumer<String, String> action) {
    for (String pair : text.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        action.accept(decode(name.replace('+', ' ')), decode(value.replace('+', ' ')));
      }
    }
  }

  static Object query(String uri, String name) {
    int mark = uri.indexOf('?');
    List<String> values = new ArrayList<>();
    if (mark >= 0) {
      pairs(
          uri.substring(mark + 1),
          (key, value) -> {
            if (key.equals(name)) {
              values.add(value);
            }
          });
    }
    if (values.isEmpty()) {
      throw new Failures.Missing("no such query parameter");
    }
    return values;
  }

  static String add(Object[] a) {
    String uri = (String) a[0];
    String pair = encode((String) a[1]) + "=" + encode((String) a[2]);
    int mark = uri.indexOf('?');
    boolean open = mark >= 0 && (uri.endsWith("?") || uri.endsWith("&"));
    return Limits.size(uri + (mark < 0 ? "?" : open ? "" : "&") + pair);
  }

  static String set(Object[] a) {
    String uri = (String) a[0];
    int mark = uri.indexOf('?');
    StringBuilder kept = new StringBuilder(mark < 0 ? uri : uri.substring(0, mark + 1));
    if (mark >= 0) {
      for (String pair : uri.substring(mark + 1).split("&", -1)) {
        String name = pair.indexOf('=') < 0 ? pair : pair.substring(0, pair.indexOf('='));
        if (!pair.isEmpty() && !decode(name.replace('+', ' ')).equals(a[1])) {
          kept.append(kept.length() == mark + 1 ? "" : "&").append(pair);
        }
      }
    }
    return add(new Object[] {kept.toString(), a[1], a[2]});
  }
}
