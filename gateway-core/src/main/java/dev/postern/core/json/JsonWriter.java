package dev.postern.core.json;

import java.util.Arrays;
import java.util.Map;

/** Writes a tree as compact UTF-8. */
final class JsonWriter {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private byte[] out = new byte[256];
  private int size;

  static byte[] write(Json json) {
    JsonWriter writer = new JsonWriter();
    writer.value(json);
    return Arrays.copyOf(writer.out, writer.size);
  }

  private void value(Json json) {
    switch (json) {
      case JsonNull value -> ascii(value.toString());
      case JsonBoolean value -> ascii(value.toString());
      case JsonNumber value -> ascii(value.toString());
      case JsonString value -> string(value.text());
      case JsonArray value -> array(value);
      case JsonObject value -> object(value);
    }
  }

  private void array(JsonArray array) {
    put('[');
    boolean first = true;
    for (Json element : array.elements()) {
      if (!first) {
        put(',');
      }
      first = false;
      value(element);
    }
    put(']');
  }

  private void object(JsonObject object) {
    put('{');
    boolean first = true;
    for (Map.Entry<String, Json> member : object.members().entrySet()) {
      if (!first) {
        put(',');
      }
      first = false;
      string(member.getKey());
      put(':');
      value(member.getValue());
    }
    put('}');
  }

  private void string(String text) {
    put('"');
    for (int i = plain(text, 0); i < text.length(); i = plain(text, i)) {
      char c = text.charAt(i++);
      if (c < 0x80) {
        escape(c);
      } else if (!Character.isSurrogate(c)) {
        bytes(c);
      } else if (i < text.length() && Character.isSurrogatePair(c, text.charAt(i))) {
        bytes(Character.toCodePoint(c, text.charAt(i++)));
      } else {
        unicode(c); // a lone surrogate has no UTF-8
      }
    }
    put('"');
  }

  /** Writes characters that stand for themselves in one byte; returns the index of the next one. */
  private int plain(String text, int from) {
    reserve(text.length() - from);
    byte[] bytes = out;
    int at = size;
    int i = from;
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80) {
        break;
      }
      bytes[at++] = (byte) c;
    }
    size = at;
    return i;
  }

  private void escape(char c) {
    int letter = "\b\t\n\f\r\"\\".indexOf(c);
    if (letter < 0) {
      unicode(c);
    } else {
      put('\\');
      put("btnfr\"\\".charAt(letter));
    }
  }

  private void unicode(char c) {
    ascii("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      put((char) HEX[(c >> shift) & 0xf]);
    }
  }

  private void bytes(int codePoint) {
    if (codePoint < 0x800) {
      put((char) (0xc0 | codePoint >> 6));
    } else {
      if (codePoint < 0x10000) {
        put((char) (0xe0 | codePoint >> 12));
      } else {
        put((char) (0xf0 | codePoint >> 18));
        put((char) (0x80 | (codePoint >> 12 & 0x3f)));
      }
      put((char) (0x80 | (codePoint >> 6 & 0x3f)));
    }
    put((char) (0x80 | (codePoint & 0x3f)));
  }

  private void ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
  }

  private void put(char b) {
    if (size == out.length) {
      reserve(1);
    }
    out[size++] = (byte) b;
  }

  private void reserve(int more) {
    if (out.length - size < more) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, Math.addExact(size, more)));
    }
  }
}
