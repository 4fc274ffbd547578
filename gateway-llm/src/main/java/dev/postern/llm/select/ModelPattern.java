package dev.postern.llm.select;

import java.util.Comparator;

/**
 * Names of models: one exactly, or all with a beginning or an end, or all.
 *
 * @param text as it was written: {@code gpt-5}, {@code gpt-*}, {@code *-latest} or {@code *}
 */
public record ModelPattern(String text) {
  /** Sorts the more specific first: exact names, then by the letters that are given. */
  public static final Comparator<ModelPattern> MOST_SPECIFIC_FIRST =
      Comparator.comparing((ModelPattern pattern) -> !pattern.isExact())
          .thenComparing(Comparator.comparingInt(ModelPattern::letters).reversed());

  /**
   * Checks the text.
   *
   * @throws IllegalArgumentException if it is empty, or an asterisk stands elsewhere than at one
   *     end
   */
  public ModelPattern {
    if (text.isEmpty() || text.length() > 512) {
      throw new IllegalArgumentException(
          "model name \"" + text + "\" (expected: 1 to 512 characters)");
    }
    int first = text.indexOf('*');
    if (first != text.lastIndexOf('*') || (first > 0 && first < text.length() - 1)) {
      throw new IllegalArgumentException(
          "model name \"" + text + "\" (expected: an exact name, or one * at its start or end)");
    }
  }

  /** Returns whether the pattern is one name. */
  public boolean isExact() {
    return text.indexOf('*') < 0;
  }

  /** Returns how many letters are given. */
  public int letters() {
    return isExact() ? text.length() : text.length() - 1;
  }

  /** Returns whether a name is one of those meant. */
  public boolean matches(String model) {
    if (text.startsWith("*")) {
      return model.endsWith(text.substring(1));
    }
    return text.endsWith("*")
        ? model.startsWith(text.substring(0, text.length() - 1))
        : model.equals(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
