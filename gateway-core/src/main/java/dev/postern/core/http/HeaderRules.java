package dev.postern.core.http;

/** What RFC 9110 and RFC 9112 allow in methods, header names and header values. */
public final class HeaderRules {
  private static final CharSet TOKEN = CharSet.alphanumericAnd("!#$%&'*+-.^_`|~");

  private HeaderRules() {}

  /** Returns whether {@code text} is a token: a legal method or header name. */
  public static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!TOKEN.contains(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Returns whether {@code value} is free of control characters other than the tab. */
  public static boolean isValue(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        return false;
      }
    }
    return true;
  }
}
