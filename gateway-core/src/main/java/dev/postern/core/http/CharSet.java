package dev.postern.core.http;

/** A set of ASCII characters. */
final class CharSet {
  private final boolean[] members = new boolean[128];

  private CharSet() {}

  static CharSet of(String characters) {
    CharSet set = new CharSet();
    for (int i = 0; i < characters.length(); i++) {
      set.members[characters.charAt(i)] = true;
    }
    return set;
  }

  static CharSet alphanumericAnd(String characters) {
    CharSet set = of(characters);
    for (char c = 0; c < 128; c++) {
      set.members[c] |= Character.isLetterOrDigit(c);
    }
    return set;
  }

  boolean contains(char c) {
    return c < 128 && members[c];
  }
}
