package dev.postern.llm.provider;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Puts names into paths. */
public final class PathSegments {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PathSegments() {}

  /** Returns a name as one segment of a path: all but unreserved characters percent-encoded. */
  public static String encode(String name) {
    StringBuilder encoded = new StringBuilder(name.length() + 8);
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      // RFC 3986 §2.3
      boolean unreserved =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '.'
              || c == '_'
              || c == '~';
      if (unreserved) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HEX.toHexDigits(b));
      }
    }
    return encoded.toString();
  }
}
