package dev.postern.core.config;

import java.util.Comparator;

/**
 * A stretch of a source text. Lines and columns count from 1, columns in code points.
 *
 * @param source the file as it was named, or another name of the text
 * @param line of the first character
 * @param column of the first character
 * @param endLine of the end
 * @param endColumn one past the last character
 */
public record Location(String source, int line, int column, int endLine, int endColumn)
    implements Comparable<Location> {
  private static final Comparator<Location> ORDER =
      Comparator.comparing(Location::source)
          .thenComparingInt(Location::line)
          .thenComparingInt(Location::column);

  /** Returns the place of one character. */
  static Location at(String source, int line, int column) {
    return new Location(source, line, column, line, column + 1);
  }

  @Override
  public int compareTo(Location other) {
    return ORDER.compare(this, other);
  }

  /** Returns {@code source:line:column}. */
  @Override
  public String toString() {
    return source + ":" + line + ":" + column;
  }
}
