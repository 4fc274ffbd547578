package dev.postern.policy.traffic;

import dev.postern.core.http.Authority;
import java.util.Locale;

/**
 * Which origins an entry of {@code allowOrigins} stands for.
 *
 * @param any whether it is any origin
 * @param start what the origin starts with: all of it, or the scheme before a wildcard
 * @param end what it ends with after a wildcard: domain and port; empty without a wildcard
 */
record OriginPattern(boolean any, String start, String end) {
  static OriginPattern parse(String field, String text) {
    if (text.equals("*")) {
      return new OriginPattern(true, "", "");
    }
    if (text.equals("null")) {
      return new OriginPattern(false, text, "");
    }
    String lower = text.toLowerCase(Locale.ROOT);
    int authority = lower.indexOf("://") + 3;
    boolean wildcard = lower.startsWith("*.", Math.max(0, authority));
    try {
      if (authority < 4 || !lower.substring(0, authority - 3).matches("[a-z][a-z0-9+.-]*")) {
        throw new IllegalArgumentException("no scheme");
      }
      // A trailing dot would be dropped; browsers keep it, so it has to be written as they send it.
      String host = lower.substring(authority + (wildcard ? 2 : 0));
      if (!Authority.canonical(host).equals(host)) {
        throw new IllegalArgumentException("not in canonical form");
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          field
              + ": \""
              + text
              + "\" (expected: *, an origin as https://example.com:8443, or one with *. before its"
              + " domain)",
          e);
    }
    return wildcard
        ? new OriginPattern(false, lower.substring(0, authority), lower.substring(authority + 1))
        : new OriginPattern(false, lower, "");
  }

  boolean matches(String origin) {
    if (any) {
      return true;
    }
    String lower = origin.toLowerCase(Locale.ROOT);
    if (end.isEmpty()) {
      return lower.equals(start);
    }
    int labelsEnd = lower.length() - end.length();
    return labelsEnd > start.length()
        && lower.startsWith(start)
        && lower.endsWith(end)
        && areLabels(lower, start.length(), labelsEnd);
  }

  private static boolean areLabels(String origin, int from, int to) {
    char before = '.';
    for (int i = from; i < to; i++) {
      char c = origin.charAt(i);
      boolean inLabel = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      if (!inLabel && (c != '.' || before == '.')) {
        return false;
      }
      before = c;
    }
    return before != '.';
  }
}
