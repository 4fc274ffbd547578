package dev.postern.core.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Reads a regular expression of RE2's syntax just far enough to know two things before it is compiled:
 * about how many instructions its repetitions unfold to, and texts of which every match must hold at
 * least one. It never says that a text is needed when it is not: whatever it does not know for sure
 * (classes, escapes with a meaning, optional parts) counts as "any text". Whether the expression is
 * well-formed is RE2's business; here a malformed one only must not fail.
 *
 * When case is ignored, k and s are left out of the texts: they also match the Kelvin sign and the
 * long s. No other ASCII letter has such a twin.
 */
final class Outline {
  private static final int MAX_NEEDLES = 16;
  static final int MAX_DEPTH = 250;
  private static final int MAX_COUNT = 1000; // RE2's own limit of one repetition

  private final String regex;
  private int at;
  private int depth;
  private boolean ignoreCase;

  private Outline(String regex) {
    this.regex = regex;
  }

  static Part of(String regex) {
    return new Outline(regex).alternatives();
  }

  /** A part of the expression: its unfolded size, and the texts one of which it needs, if known. */
  record Part(double size, @Nullable List<Needle> needles) {}

  private record Repeat(int min, int max) {
    static final Repeat ONCE = new Repeat(1, 1);
  }

  private Part alternatives() {
    Part part = sequence();
    double size = part.size;
    List<Needle> needles = part.needles == null ? null : new ArrayList<>(part.needles);
    while (at < regex.length() && regex.charAt(at) == '|') {
      at++;
      part = sequence();
      size += part.size + 1;
      if (needles != null && part.needles != null) {
        needles.addAll(part.needles);
      } else {
        needles = null;
      }
    }
    return new Part(size, needles != null && needles.size() <= MAX_NEEDLES ? needles : null);
  }

  private Part sequence() {
    StringBuilder run = new StringBuilder();
    List<Needle> best = null;
    double size = 0;
    while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
      boolean caseBefore = ignoreCase;
      Part group = null;
      int literal = -1;
      switch (regex.charAt(at)) {
        case '(' -> group = group();
        case '[' -> skipClass();
        case '\\' -> literal = escape();
        case '.', '^', '$' -> at++;
        default -> literal = regex.charAt(at++);
      }
      int atomEnd = at;
      Repeat repeat = repeat();
      size += (group == null ? 1 : group.size + 2) * Math.max(1, repeat.max);
      boolean known = literal >= 0 && isKnown((char) literal);
      if (known && repeat.min > 0) {
        run.append(ignoreCase ? Needle.lower((char) literal) : (char) literal);
      }
      if (!known || !repeat.equals(Repeat.ONCE)) {
        best = better(best, take(run, caseBefore));
      }
      if (group != null && repeat.min > 0) {
        best = better(best, group.needles);
      } else if (literal < 0 && group == null && at > atomEnd && isTransparent(atomEnd)) {
        best = null;
      }
    }
    return new Part(size, better(best, take(run, ignoreCase)));
  }

  /**
   * Flags and an empty quotation are nothing that could be repeated: RE2 repeats what stands before
   * them, which may make anything so far optional.
   */
  private boolean isTransparent(int end) {
    return regex.charAt(end - 1) == ')' || regex.startsWith("\\E", end - 2);
  }

  private boolean isKnown(char literal) {
    if (ignoreCase) {
      return literal < 0x80 && "kKsS".indexOf(literal) < 0;
    }
    return !Character.isSurrogate(literal);
  }

  private static @Nullable List<Needle> take(StringBuilder run, boolean ignoreCase) {
    if (run.isEmpty()) {
      return null;
    }
    Needle needle = new Needle(run.toString(), ignoreCase);
    run.setLength(0);
    return List.of(needle);
  }

  private static @Nullable List<Needle> better(
      @Nullable List<Needle> one, @Nullable List<Needle> other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    int gain = shortest(other) - shortest(one);
    return gain > 0 || (gain == 0 && other.size() < one.size()) ? other : one;
  }

  private static int shortest(List<Needle> needles) {
    return needles.stream().mapToInt(needle -> needle.text().length()).min().orElse(0);
  }

  /** Reads a group, or only flags that hold from here on. */
  private @Nullable Part group() {
    boolean outside = ignoreCase;
    at++;
    if (next('?')) {
      if (next('P') || regex.startsWith("<", at)) {
        skipPast('>');
      } else if (!flags()) {
        return null;
      }
    }
    if (++depth > MAX_DEPTH) {
      at = regex.length();
      return new Part(Double.POSITIVE_INFINITY, null);
    }
    Part part = alternatives();
    depth--;
    at = Math.min(at + 1, regex.length());
    ignoreCase = outside;
    return part;
  }

  /** Reads flags and tells whether a group follows them. */
  private boolean flags() {
    boolean on = true;
    while (at < regex.length()) {
      switch (regex.charAt(at++)) {
        case ':' -> {
          return true;
        }
        case ')' -> {
          return false;
        }
        case '-' -> on = false;
        case 'i' -> ignoreCase = on;
        default -> {
          // the other flags do not change which texts are needed
        }
      }
    }
    return false;
  }

  /** Reads an escape and returns the character it stands for, or -1 if that is not one for sure. */
  private int escape() {
    at++;
    if (at >= regex.length()) {
      return -1;
    }
    char c = regex.charAt(at++);
    switch (c) {
      case 'Q' -> {
        int end = regex.indexOf("\\E", at);
        at = end < 0 ? regex.length() : end + 2;
      }
      case 'p', 'P' -> skipBracedOr(1);
      case 'x' -> skipBracedOr(2);
      default -> {
        if (c < 0x80 && !Character.isLetterOrDigit(c)) {
          return c;
        }
        while (Character.isDigit(c) && at < regex.length() && isDigit(regex.charAt(at))) {
          at++;
        }
      }
    }
    return -1;
  }

  private void skipBracedOr(int characters) {
    if (regex.startsWith("{", at)) {
      skipPast('}');
    } else {
      at = Math.min(at + characters, regex.length());
    }
  }

  private void skipClass() {
    at++;
    next('^');
    next(']');
    while (at < regex.length() && regex.charAt(at) != ']') {
      int named = regex.startsWith("[:", at) ? regex.indexOf(":]", at + 2) : -1;
      if (named >= 0) {
        at = named + 2;
      } else {
        at += regex.charAt(at) == '\\' ? 2 : 1;
      }
    }
    at = Math.min(at + 1, regex.length());
  }

  private Repeat repeat() {
    Repeat repeat = Repeat.ONCE;
    int start = at;
    if (next('*') || next('?')) {
      repeat = new Repeat(0, 1);
    } else if (next('+')) {
      repeat = new Repeat(1, 2);
    } else if (regex.startsWith("{", at)) {
      repeat = counted();
    }
    if (at > start) {
      next('?');
    }
    return repeat;
  }

  /** Reads <code>{n}</code>, <code>{n,}</code> or <code>{n,m}</code>; anything else is literal. */
  private Repeat counted() {
    int end = regex.indexOf('}', at);
    if (end < 0 || end == at + 1 || !isDigit(regex.charAt(at + 1))) {
      return Repeat.ONCE;
    }
    int i = at + 1;
    int min = 0;
    while (isDigit(regex.charAt(i))) {
      min = Math.min(min * 10 + regex.charAt(i++) - '0', MAX_COUNT);
    }
    int max = min;
    if (regex.charAt(i) == ',') {
      i++;
      max = i == end ? min + 1 : 0;
      while (isDigit(regex.charAt(i))) {
        max = Math.min(max * 10 + regex.charAt(i++) - '0', MAX_COUNT);
      }
    }
    if (i != end) {
      return Repeat.ONCE;
    }
    at = end + 1;
    return new Repeat(min, max);
  }

  private boolean next(char c) {
    boolean there = at < regex.length() && regex.charAt(at) == c;
    if (there) {
      at++;
    }
    return there;
  }

  private void skipPast(char c) {
    int found = regex.indexOf(c, at);
    at = found < 0 ? regex.length() : found + 1;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
