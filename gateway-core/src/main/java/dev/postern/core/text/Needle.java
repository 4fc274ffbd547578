package dev.postern.core.text;

/**
 * A text that can be searched for much faster than a regular expression.
 *
 * @param ignoreCase the text is lower-case ASCII and is found in either case
 */
record Needle(String text, boolean ignoreCase) {
  boolean isIn(String input, int from) {
    if (!ignoreCase) {
      return input.indexOf(text, from) >= 0;
    }
    char first = text.charAt(0);
    int last = input.length() - text.length();
    for (int i = from; i <= last; i++) {
      if (lower(input.charAt(i)) == first && continuesAt(input, i)) {
        return true;
      }
    }
    return false;
  }

  private boolean continuesAt(String input, int start) {
    for (int i = 1; i < text.length(); i++) {
      if (lower(input.charAt(start + i)) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
  }
}
