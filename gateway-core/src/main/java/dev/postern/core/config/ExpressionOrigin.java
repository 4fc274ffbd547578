package dev.postern.core.config;

import dev.postern.core.exchange.ExpressionText;

/**
 * Finds the characters of a scalar in the file it was read from, whatever its style.
 *
 * <p>Walks along the value and the file together: what the file has more than the value is
 * indentation, folded line ends, and the signs of quoting.
 */
final class ExpressionOrigin implements ExpressionText.Origin {
  private final SourceText source;
  private final ConfigNode node;

  ExpressionOrigin(SourceText source, ConfigNode node) {
    this.source = source;
    this.node = node;
  }

  @Override
  public String path() {
    return node.path();
  }

  @Override
  public ExpressionText.Position position(int offset) {
    Location at = node.location();
    // What came out of a variable is nowhere in the file.
    if (!node.scalar().substituted() && at.source().equals(source.name())) {
      at = source.locate(find(offset));
    }
    return new ExpressionText.Position(at.source(), at.line(), at.column());
  }

  private int find(int codePoints) {
    String file = source.text();
    String value = node.text();
    int offset =
        value.offsetByCodePoints(0, Math.min(codePoints, value.codePointCount(0, value.length())));
    int at = skipProperties(file, source.offset(node.location()));
    if (at >= file.length()) {
      return at;
    }
    char style = file.charAt(at);
    if (style == '|' || style == '>') {
      at = file.indexOf('\n', at) + 1;
    } else if (style == '"' || style == '\'') {
      at++;
    }
    for (int i = 0; i < value.length(); i++) {
      char wanted = value.charAt(i);
      boolean blank = Character.isWhitespace(wanted);
      if (!blank) {
        at = next(file, at, wanted, style);
      }
      if (i == offset) {
        return at;
      }
      at += !blank || (at < file.length() && file.charAt(at) == wanted && wanted != '\n') ? 1 : 0;
    }
    return at;
  }

  /** Returns where {@code wanted} comes next; in a double-quoted text, escapes count as one. */
  private static int next(String file, int from, char wanted, char style) {
    for (int at = from; at < file.length(); at++) {
      char c = file.charAt(at);
      if (style == '"' && c == '\\') {
        at++;
        if (at < file.length() && file.charAt(at) == wanted && "\"\\/".indexOf(wanted) >= 0) {
          return at;
        }
      } else if (c == wanted) {
        return at;
      }
    }
    return from;
  }

  /** Skips an anchor and a tag. */
  private static int skipProperties(String file, int from) {
    int at = from;
    while (at < file.length() && (file.charAt(at) == '&' || file.charAt(at) == '!')) {
      while (at < file.length() && !Character.isWhitespace(file.charAt(at))) {
        at++;
      }
      while (at < file.length() && Character.isWhitespace(file.charAt(at))) {
        at++;
      }
    }
    return at;
  }
}
