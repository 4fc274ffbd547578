package dev.postern.core.telemetry;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonNull;
import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import java.util.HexFormat;
import java.util.Map;

/** Writes values into log lines so that none can break out of its place. */
final class LogText {
  /** The longest value, in bytes of UTF-8. */
  static final int LIMIT = 4096;

  private static final HexFormat HEX = HexFormat.of();

  private LogText() {}

  /** Returns what may be shown of {@code value}: at most 4 KiB of it, without secrets. */
  static String shown(String value) {
    String cut = cut(value);
    return maySecret(cut) ? Masking.mask(cut) : cut;
  }

  /** Returns whether {@code value} can stand in a text line as it is. */
  static boolean plain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c == '"' || c == '=' || (c >= 0x7f && escaped(value, i))) {
        return false;
      }
    }
    return !value.isEmpty();
  }

  /** Appends {@code value} as a JSON string, with all that could harm a reader escaped. */
  static void appendQuoted(StringBuilder line, String value) {
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (c < ' ' || (c >= 0x7f && escaped(value, i))) {
            line.append("\\u").append(HEX.toHexDigits(c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }

  /** Appends {@code value} as JSON, its texts without secrets and with all harmful escaped. */
  static void appendJson(StringBuilder line, Json value) {
    switch (value) {
      case JsonString text -> appendQuoted(line, shown(text.text()));
      case JsonArray array -> {
        String before = "[";
        for (Json element : array.elements()) {
          line.append(before);
          appendJson(line, element);
          before = ",";
        }
        line.append(array.elements().isEmpty() ? "[]" : "]");
      }
      case JsonObject object -> {
        String before = "{";
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          line.append(before);
          appendQuoted(line, member.getKey());
          line.append(':');
          appendJson(line, member.getValue());
          before = ",";
        }
        line.append(object.members().isEmpty() ? "{}" : "}");
      }
      case JsonNumber number -> line.append(number);
      case JsonBoolean bool -> line.append(bool);
      case JsonNull nothing -> line.append(nothing);
    }
  }

  /** Cuts after 4 KiB of UTF-8, and says so. */
  private static String cut(String value) {
    if (value.length() <= LIMIT / 3) {
      return value;
    }
    int bytes = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      // A pair of surrogates is four bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
      if (bytes > LIMIT) {
        int end = Character.isLowSurrogate(c) ? i - 1 : i;
        return value.substring(0, end) + "...[truncated]";
      }
    }
    return value;
  }

  /** Cheaply rules out most values: what is masked has one of these marks. */
  private static boolean maySecret(String value) {
    return value.length() > 8
        && (value.indexOf('=') >= 0
            || value.indexOf(' ') >= 0
            || value.contains("sk-")
            || value.contains("AIza"));
  }

  /** Control characters, line separators, direction overrides and halves of characters. */
  private static boolean escaped(String value, int index) {
    char c = value.charAt(index);
    if (Character.isHighSurrogate(c)) {
      return index + 1 == value.length() || !Character.isLowSurrogate(value.charAt(index + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return index == 0 || !Character.isHighSurrogate(value.charAt(index - 1));
    }
    return c <= 0x9f
        || c == 0x2028
        || c == 0x2029
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0xfeff;
  }
}
