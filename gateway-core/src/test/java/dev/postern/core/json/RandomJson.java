package dev.postern.core.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Writes JSON in all the ways that are allowed and that nobody would choose. */
final class RandomJson {
  private static final String[] NUMBERS = {
    "0",
    "-0",
    "1",
    "1.0",
    "1e-5",
    "1E+05",
    "-0.0e0",
    "18446744073709551616",
    "9007199254740993",
    "123456789012345678901234567890.123456789",
    "1e400",
    "-1e-400",
    "0.1000",
    "6.02E23"
  };
  private static final String[] CHARACTERS = {
    "a",
    "Z",
    "7",
    " ",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\\"",
    "\\\\",
    "\\/",
    "\\n",
    "\\u0041",
    "\\uD83D\\uDE00",
    "\\ud800",
    "\\uDFFFx",
    "\\u0000",
    "\u00e4",
    "\u4e2d",
    "\u2028",
    "\ud83d\ude00",
    "\u007f",
    "plain text here"
  };
  private static final String[] SPACES = {"", "", "", " ", "\n", "\t", "\r\n", "  \n\t "};

  final Random random;

  RandomJson(long seed) {
    random = new Random(seed);
  }

  /** An object of a document in its parts, so that an edit can be foretold by joining them. */
  record Part(String before, String key, String name, String colon, String value, String after) {
    String text() {
      return before + key + colon + value + after;
    }

    Part withValue(String other) {
      return new Part(before, key, name, colon, other, after);
    }
  }

  List<Part> parts(List<String> names) {
    List<Part> parts = new ArrayList<>();
    for (int n = random.nextInt(8); n > 0; n--) {
      String name = names.get(random.nextInt(names.size()));
      parts.add(new Part(space(), key(name), name, space() + ":" + space(), value(3), space()));
    }
    return parts;
  }

  static String join(List<Part> parts, String spaceIfEmpty) {
    StringBuilder text = new StringBuilder("{");
    for (Part part : parts) {
      text.append(text.length() > 1 ? "," : "").append(part.text());
    }
    return text.append(parts.isEmpty() ? spaceIfEmpty : "").append('}').toString();
  }

  static List<Part> map(List<Part> parts, UnaryOperator<Part> change) {
    return parts.stream().map(change).toList();
  }

  /** Spells a name plainly or with escapes. */
  String key(String name) {
    StringBuilder key = new StringBuilder("\"");
    boolean escape = random.nextInt(4) == 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      // A pair of surrogates is escaped whole or not at all: a half has no UTF-8.
      if (escape && (Character.isSurrogate(c) || random.nextBoolean())) {
        key.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) c));
      } else {
        key.append(c);
      }
    }
    return key.append('"').toString();
  }

  String value(int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 5)) {
      case 0 -> "null";
      case 1 -> random.nextBoolean() ? "true" : "false";
      case 2 -> NUMBERS[random.nextInt(NUMBERS.length)];
      case 3, 4 -> string();
      case 5 -> array(depth);
      default -> object(depth);
    };
  }

  String object(int depth) {
    List<Part> parts = new ArrayList<>();
    for (int n = random.nextInt(4); n > 0; n--) {
      parts.add(
          new Part(space(), string(), "", space() + ":" + space(), value(depth - 1), space()));
    }
    return join(parts, space());
  }

  private String array(int depth) {
    StringBuilder text = new StringBuilder("[");
    int elements = random.nextInt(4);
    for (int i = 0; i < elements; i++) {
      text.append(i > 0 ? "," : "").append(space()).append(value(depth - 1)).append(space());
    }
    return text.append(elements == 0 ? space() : "").append(']').toString();
  }

  private String string() {
    StringBuilder text = new StringBuilder("\"");
    for (int n = random.nextInt(6); n > 0; n--) {
      text.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return text.append('"').toString();
  }

  String space() {
    return SPACES[random.nextInt(SPACES.length)];
  }
}
