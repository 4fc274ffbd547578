package dev.postern.llm;

import java.util.Random;

/** Writes valid JSON in ways nobody would. */
final class OddJson {
  private static final String[] NUMBERS = {
    "0", "-0", "1e-5", "1.0", "1E+2", "12345678901234567890123", "0.1000", "-3.14e00"
  };
  private static final String[] STRINGS = {
    "",
    "a",
    "\\u0041",
    "gr\u00fc\u00dfe",
    "\\ud83c\\udf89",
    "\\/",
    "\ud83c\udf89",
    "\\\"quoted\\\"",
    "\\ud800",
    "usage",
    "model"
  };
  private static final String[] SPACES = {"", " ", "\n", "\t", "\r\n  ", "  "};

  private final Random random;

  OddJson(Random random) {
    this.random = random;
  }

  /** Returns a chat request with one given member at a random place. */
  String chat(String member) {
    StringBuilder json = new StringBuilder(space()).append('{').append(space());
    String messages =
        "\"messages\":" + space() + "[{\"role\":\"user\",\"content\":" + value(2) + "}]";
    int before = random.nextInt(4);
    for (int i = 0; i < before; i++) {
      json.append(unknown()).append(',').append(space());
    }
    json.append(member).append(space()).append(',').append(messages);
    for (int i = random.nextInt(4); i > 0; i--) {
      json.append(space()).append(',').append(unknown());
    }
    return json.append(space()).append('}').append(space()).toString();
  }

  String space() {
    return SPACES[random.nextInt(SPACES.length)];
  }

  private String unknown() {
    return "\"x_" + random.nextInt(3) + "\"" + space() + ":" + space() + value(3);
  }

  private String value(int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> NUMBERS[random.nextInt(NUMBERS.length)];
      case 1 -> '"' + STRINGS[random.nextInt(STRINGS.length)] + '"';
      case 2 -> random.nextBoolean() ? "true" : "null";
      case 3 -> "[" + space() + "]";
      case 4 -> "[" + value(depth - 1) + space() + "," + value(depth - 1) + "]";
      default ->
          "{\"dup\":" + value(depth - 1) + "," + space() + "\"dup\":" + value(depth - 1) + "}";
    };
  }
}
