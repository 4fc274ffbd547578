package dev.postern.core.http;

/** The one form of a path that is matched, judged by policies, and sent. */
public final class CanonicalPath {
  private CanonicalPath() {}

  /**
   * Returns a canonical path without the parameters of its segments ({@code ;a=b}), as matching and
   * policies see it; the same object if there are none. A segment of nothing but parameters
   * disappears.
   */
  public static String withoutParameters(String path) {
    int semicolon = path.indexOf(';');
    if (semicolon < 0) {
      return path;
    }
    StringBuilder kept = new StringBuilder(path.length()).append(path, 0, semicolon);
    for (int i = semicolon; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == ';') {
        int slash = path.indexOf('/', i);
        if (slash < 0) {
          break;
        }
        i = kept.length() > 0 && kept.charAt(kept.length() - 1) == '/' ? slash : slash - 1;
      } else {
        kept.append(c);
      }
    }
    return kept.toString();
  }
}
