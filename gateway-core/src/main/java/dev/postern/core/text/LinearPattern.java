package dev.postern.core.text;

import static java.util.Objects.requireNonNull;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression whose running time grows with its input only in proportion, whatever both
 * are.
 *
 * <p>The syntax is RE2's: no look-around, no back-references. A text that every match must contain
 * is searched for first, so that most inputs cost no more than a substring search. Immutable and
 * safe for concurrent use.
 */
public final class LinearPattern {
  /** The longest expression taken, in bytes of UTF-8. */
  public static final int MAX_LENGTH = 2048;

  /** The largest program that an expression may compile to by default, in instructions. */
  public static final int MAX_PROGRAM_SIZE = 1000;

  private final Pattern pattern;
  private final List<Needle> needles;

  private LinearPattern(Pattern pattern, List<Needle> needles) {
    this.pattern = pattern;
    this.needles = needles;
  }

  /**
   * A part of an input.
   *
   * @param start the index of its first character
   * @param end the index after its last character
   */
  public record Span(int start, int end) {}

  /**
   * Compiles an expression of at most {@link #MAX_PROGRAM_SIZE} instructions.
   *
   * @throws IllegalArgumentException if it is malformed, too large, or uses what cannot run in
   *     linear time; the message says which
   */
  public static LinearPattern compile(String regex) {
    return compile(regex, MAX_PROGRAM_SIZE);
  }

  /** Compiles an expression of at most the given number of instructions. */
  public static LinearPattern compile(String regex, int maxProgramSize) {
    requireNonNull(regex, "regex");
    int length = regex.getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "regular expression of " + length + " bytes (expected: at most " + MAX_LENGTH + ")");
    }
    Outline.Part outline = Outline.of(regex);
    // Nested repetitions multiply; RE2 unfolds them while it compiles, so it must not even begin.
    if (outline.size() > 10.0 * maxProgramSize) {
      throw tooLarge(regex, maxProgramSize);
    }
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(explain(regex, e), e);
    }
    if (pattern.programSize() > maxProgramSize) {
      throw tooLarge(regex, maxProgramSize);
    }
    List<Needle> needles = outline.needles();
    return new LinearPattern(pattern, needles == null ? List.of() : List.copyOf(needles));
  }

  /** Tells whether the whole input matches. */
  public boolean matches(String input) {
    return mayMatch(input, 0) && pattern.matches(input);
  }

  /** Returns the first match at or after the given index. */
  public Optional<Span> find(String input, int from) {
    if (!mayMatch(input, from)) {
      return Optional.empty();
    }
    Matcher matcher = pattern.matcher(input);
    return matcher.find(from)
        ? Optional.of(new Span(matcher.start(), matcher.end()))
        : Optional.empty();
  }

  /** Returns all matches that do not overlap, from left to right. */
  public List<Span> findAll(String input) {
    if (!mayMatch(input, 0)) {
      return List.of();
    }
    List<Span> spans = new ArrayList<>();
    Matcher matcher = pattern.matcher(input);
    while (matcher.find()) {
      spans.add(new Span(matcher.start(), matcher.end()));
    }
    return spans;
  }

  /** Returns how many groups the expression has. */
  public int groupCount() {
    return pattern.groupCount();
  }

  /**
   * Hands over the matches that do not overlap, from left to right, until {@code action} returns
   * false: each as the span of the whole and those of its groups, null for a group without part in
   * the match.
   */
  public void forEach(String input, Predicate<List<@Nullable Span>> action) {
    if (!mayMatch(input, 0)) {
      return;
    }
    Matcher matcher = pattern.matcher(input);
    boolean more = true;
    while (more && matcher.find()) {
      List<@Nullable Span> spans = new ArrayList<>(matcher.groupCount() + 1);
      for (int i = 0; i <= matcher.groupCount(); i++) {
        int start = matcher.start(i);
        spans.add(start < 0 ? null : new Span(start, matcher.end(i)));
      }
      more = action.test(spans);
    }
  }

  /**
   * Returns the input with every match replaced; <code>$1</code> and <code>${name}</code> stand for
   * groups, a backslash takes the meaning of the next character away.
   *
   * @throws IllegalArgumentException if the replacement names a group that is not there
   */
  public String replaceAll(String input, String replacement) {
    return mayMatch(input, 0) ? replace(input, replacement, false) : input;
  }

  /** Returns the input with the first match replaced, as {@link #replaceAll} does. */
  public String replaceFirst(String input, String replacement) {
    return mayMatch(input, 0) ? replace(input, replacement, true) : input;
  }

  private String replace(String input, String replacement, boolean first) {
    Matcher matcher = pattern.matcher(input);
    try {
      return first ? matcher.replaceFirst(replacement) : matcher.replaceAll(replacement);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          '"' + replacement + "\" does not fit the groups of the regular expression " + this, e);
    }
  }

  boolean mayMatch(String input, int from) {
    if (needles.isEmpty()) {
      return true;
    }
    for (Needle needle : needles) {
      if (needle.isIn(input, from)) {
        return true;
      }
    }
    return false;
  }

  private static IllegalArgumentException tooLarge(String regex, int maxProgramSize) {
    return new IllegalArgumentException(
        '"'
            + regex
            + "\" becomes too large (expected: at most "
            + maxProgramSize
            + " instructions, groups nested at most "
            + Outline.MAX_DEPTH
            + " deep)");
  }

  private static String explain(String regex, PatternSyntaxException e) {
    String fragment = String.valueOf(e.getPattern());
    String problem;
    if (fragment.matches("(?s)\\(\\?(<?[=!]).*")) {
      problem = "look-around is not supported, it cannot run in linear time";
    } else if (fragment.matches("\\\\([1-9].*|k.*)")) {
      problem = "back-references are not supported, they cannot run in linear time";
    } else if (fragment.startsWith("(?>") || fragment.matches("[*+?}]\\+")) {
      problem = "atomic groups and possessive quantifiers are not supported";
    } else {
      problem = e.getDescription() + (fragment.isEmpty() ? "" : " " + fragment);
    }
    return '"' + regex + "\": " + problem + " (expected: RE2 syntax)";
  }

  /** Two patterns are equal when their texts are. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LinearPattern that && pattern.pattern().equals(that.pattern.pattern());
  }

  @Override
  public int hashCode() {
    return pattern.pattern().hashCode();
  }

  /** Returns the expression as it was written. */
  @Override
  public String toString() {
    return pattern.pattern();
  }
}
