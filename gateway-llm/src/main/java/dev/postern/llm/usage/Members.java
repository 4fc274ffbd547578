package dev.postern.llm.usage;

import dev.postern.core.json.ByteSearch;

/**
 * Looks for a member of some object in JSON text, without reading the text.
 *
 * <p>A name within a string does not count: its quotes are escaped there.
 */
final class Members {
  private final ByteSearch name;
  private final int length;

  Members(String name) {
    this.name = ByteSearch.of('"' + name + '"');
    this.length = name.length() + 2;
  }

  /** Returns where the next value of a member of this name begins, or -1. */
  int value(byte[] json, int from, int to) {
    int at = from;
    while (true) {
      at = name.find(json, at, to);
      if (at < 0) {
        return -1;
      }
      at += length;
      int colon = skipSpace(json, at, to);
      if (colon < to && json[colon] == ':') {
        int value = skipSpace(json, colon + 1, to);
        return value < to ? value : -1;
      }
    }
  }

  /** Returns where the next value begins that is neither null nor empty, or -1. */
  int something(byte[] json, int from, int to) {
    for (int at = value(json, from, to); at >= 0; at = value(json, at, to)) {
      if (isSomething(json, at, to)) {
        return at;
      }
    }
    return -1;
  }

  private static boolean isSomething(byte[] json, int at, int to) {
    int next = at + 1;
    return switch (json[at]) {
      case '"' -> next < to && json[next] != '"';
      case '[' -> !closes(json, next, to, ']');
      case '{' -> !closes(json, next, to, '}');
      default -> json[at] != 'n';
    };
  }

  private static boolean closes(byte[] json, int from, int to, char bracket) {
    int at = skipSpace(json, from, to);
    return at < to && json[at] == bracket;
  }

  private static int skipSpace(byte[] json, int from, int to) {
    int at = from;
    while (at < to
        && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
      at++;
    }
    return at;
  }
}
