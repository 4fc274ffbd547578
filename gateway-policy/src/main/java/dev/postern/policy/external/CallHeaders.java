package dev.postern.policy.external;

import dev.postern.core.http.HeaderRules;
import java.util.Locale;
import java.util.Set;

/** Which headers mean what in calls to an authorization service. */
final class CallHeaders {
  private static final Set<String> PSEUDO = Set.of(":method", ":path", ":authority", ":scheme");

  private static final Set<String> OF_CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private CallHeaders() {}

  /**
   * Checks the name of a header of the call.
   *
   * @throws IllegalArgumentException if there is no such header
   */
  static void check(String field, String name) {
    if (!PSEUDO.contains(name) && !HeaderRules.isToken(name)) {
      throw new IllegalArgumentException(
          field
              + ": "
              + name
              + " (expected: the name of a header, or one of :method, :path, :authority, :scheme)");
    }
  }

  /** Returns whether a header is part of a head that is set like one. */
  static boolean pseudo(String name) {
    return PSEUDO.contains(name) || name.equalsIgnoreCase("host");
  }

  /** Returns whether a header belongs to one connection or the framing of one message. */
  static boolean ofConnection(String name) {
    return OF_CONNECTION.contains(lower(name));
  }

  /** Returns whether a header says something about the content of its message. */
  static boolean ofContent(String name) {
    return name.regionMatches(true, 0, "content-", 0, 8);
  }

  /** Returns whether a header says what a request was before it was asked about. */
  static boolean tellsOriginal(String name) {
    String plain = plain(name);
    return plain.startsWith("x-forwarded-") || plain.startsWith("x-original-");
  }

  static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Returns a name in the one spelling by which careless servers know it. */
  static String plain(String name) {
    return lower(name).replace('_', '-');
  }
}
