package dev.postern.core.exchange;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The text of an expression, and where it was written.
 *
 * <p>What policies hold until a configuration takes effect and the text is compiled. Two are equal
 * when their texts are, wherever they stand. Immutable.
 */
public final class ExpressionText {
  private final String text;
  private final @Nullable Origin origin;

  private ExpressionText(String text, @Nullable Origin origin) {
    this.text = requireNonNull(text, "text");
    this.origin = origin;
  }

  /** Where a text was written, so that errors can point into it. */
  public interface Origin {
    /** Returns the path of the field, as in {@code routes[0].policies.retry.condition}. */
    String path();

    /**
     * Returns where a character of the text stands.
     *
     * @param offset counts code points of the text from 0
     */
    Position position(int offset);
  }

  /**
   * A place in a source.
   *
   * @param source the file as it was named
   * @param line counts from 1
   * @param column counts code points from 1
   */
  public record Position(String source, int line, int column) {}

  /** Returns the expression that {@code text} writes; whether it makes sense shows later. */
  public static ExpressionText parse(String text) {
    return new ExpressionText(text, null);
  }

  /** Returns this expression, written at {@code origin}. */
  public ExpressionText writtenAt(Origin origin) {
    return new ExpressionText(text, origin);
  }

  /** Returns the text. */
  public String text() {
    return text;
  }

  /** Returns where the text was written, or null when that is not known. */
  public @Nullable Origin origin() {
    return origin;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExpressionText that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the text. */
  @Override
  public String toString() {
    return text;
  }
}
