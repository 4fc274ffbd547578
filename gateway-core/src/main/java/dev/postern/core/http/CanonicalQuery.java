package dev.postern.core.http;

/** The one form of a query that is matched and sent. */
public final class CanonicalQuery {
  private static final CharSet ENCODED = CharSet.of(" \"'<>");

  private CanonicalQuery() {}

  /**
   * Returns the canonical form of {@code query}; the same object if it is in that form.
   *
   * @param query percent-encoded, without its question mark
   * @throws InvalidRequestException if it holds characters that must be encoded, or a broken escape
   */
  public static String of(String query) {
    StringBuilder out = null;
    for (int i = 0; i < query.length(); i++) {
      char c = query.charAt(i);
      if (c == '%') {
        Percent.decode(query, i);
      } else if (c < ' ' || c >= 0x7f || c == '#') {
        throw InvalidRequestException.malformed("query with a character that must be encoded");
      }
      if (ENCODED.contains(c)) {
        out = out == null ? new StringBuilder(query.length() + 16).append(query, 0, i) : out;
        Percent.encode(c, out);
      } else if (out != null) {
        out.append(c);
      }
    }
    return out == null ? query : out.toString();
  }
}
