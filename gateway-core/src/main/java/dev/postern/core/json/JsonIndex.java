package dev.postern.core.json;

import java.util.Arrays;

/** Where the members of one object lie. Four numbers a member, so that a million cost little. */
final class JsonIndex {
  private static final int ESCAPED = 1 << 31;

  private final int open;
  private int close;
  private int[] places = new int[4 * 12];
  private int used;

  JsonIndex(int open) {
    this.open = open;
  }

  void add(int key, int keyEnd, boolean keyEscaped, int value, int valueEnd) {
    reserve(4);
    places[used] = key;
    places[used + 1] = keyEscaped ? keyEnd | ESCAPED : keyEnd;
    places[used + 2] = value;
    places[used + 3] = valueEnd;
    used += 4;
  }

  void addElement(int start, int end) {
    reserve(2);
    places[used] = start;
    places[used + 1] = end;
    used += 2;
  }

  void close(int end) {
    close = end;
  }

  private void reserve(int more) {
    if (used + more > places.length) {
      places = Arrays.copyOf(places, places.length * 2);
    }
  }

  int[] elements() {
    return Arrays.copyOf(places, used);
  }

  int size() {
    return used / 4;
  }

  /** The offset of the opening brace. */
  int open() {
    return open;
  }

  /** The offset after the closing brace. */
  int close() {
    return close;
  }

  int key(int member) {
    return places[4 * member];
  }

  int keyEnd(int member) {
    return places[4 * member + 1] & ~ESCAPED;
  }

  int value(int member) {
    return places[4 * member + 2];
  }

  int valueEnd(int member) {
    return places[4 * member + 3];
  }

  String name(byte[] json, int member) {
    return JsonReader.text(json, key(member), keyEnd(member), places[4 * member + 1] < 0);
  }

  /** Returns the last member of that name before the given one, or -1. */
  int lastBefore(byte[] json, int member, String name) {
    for (int i = member - 1; i >= 0; i--) {
      if (isNamed(json, i, name)) {
        return i;
      }
    }
    return -1;
  }

  boolean isNamed(byte[] json, int member, String name) {
    int start = key(member) + 1;
    int length = keyEnd(member) - 1 - start;
    boolean escaped = places[4 * member + 1] < 0;
    // A byte is at most one character, an escape at most six bytes.
    if (length < name.length() || (!escaped && length > 3 * name.length())) {
      return false;
    }
    if (!escaped && length == name.length()) {
      for (int i = 0; i < length; i++) {
        if (json[start + i] != name.charAt(i)) {
          return false;
        }
      }
      return true;
    }
    return name(json, member).equals(name);
  }
}
