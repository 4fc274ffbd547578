package dev.postern.policy.cel;

import static dev.postern.policy.cel.FunctionSet.INT;
import static dev.postern.policy.cel.FunctionSet.STRING;
import static dev.postern.policy.cel.FunctionSet.STRINGS;

import dev.cel.common.types.OptionalType;
import dev.postern.core.text.LinearPattern;
import dev.postern.core.text.LinearPattern.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code regex.*}, as the library of that name has them, in bounded size: groups of a replacement
 * are written {@code \1} to {@code \9}.
 */
final class RegexFunctions {
  private RegexFunctions() {}

  static void addTo(FunctionSet functions) {
    functions.global(
        "regex.replace", STRING, a -> replace(a, Long.MAX_VALUE), STRING, STRING, STRING);
    functions.global(
        "regex.replace", STRING, a -> replace(a, (Long) a[3]), STRING, STRING, STRING, INT);
    functions.global(
        "regex.extract",
        OptionalType.create(STRING),
        a -> extract(a, 1).stream().findFirst(),
        STRING,
        STRING);
    functions.global(
        "regex.extractAll", STRINGS, a -> extract(a, Limits.ITERATIONS), STRING, STRING);
  }

  private static String replace(Object[] a, long times) {
    String text = (String) a[0];
    LinearPattern pattern = TextFunctions.pattern(a[1]);
    List<Object> replacement = parts((String) a[2], pattern.groupCount());
    Replacing replacing = new Replacing(text, replacement, times < 0 ? Long.MAX_VALUE : times);
    if (times != 0) {
      pattern.forEach(text, replacing::next);
    }
    return replacing.end();
  }

  /** Returns the texts and, as numbers, the groups that a replacement consists of. */
  private static List<Object> parts(String replacement, int groups) {
    List<Object> parts = new ArrayList<>();
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < replacement.length(); i++) {
      char c = replacement.charAt(i);
      if (c != '\\') {
        plain.append(c);
        continue;
      }
      char next = ++i < replacement.length() ? replacement.charAt(i) : ' ';
      if (next == '\\') {
        plain.append(next);
      } else if (next >= '0' && next <= '9' && next - '0' <= groups) {
        parts.add(plain.toString());
        parts.add(next - '0');
        plain.setLength(0);
      } else {
        throw new IllegalArgumentException("a replacement that does not fit the pattern");
      }
    }
    parts.add(plain.toString());
    return parts;
  }

  private static final class Replacing {
    private final String text;
    private final List<Object> replacement;
    private final StringBuilder out = new StringBuilder();
    private long left;
    private int at;

    Replacing(String text, List<Object> replacement, long left) {
      this.text = text;
      this.replacement = replacement;
      this.left = left;
    }

    boolean next(List<@Nullable Span> groups) {
      Span whole = groups.getFirst();
      if (whole == null) {
        return false;
      }
      out.append(text, at, whole.start());
      for (Object part : replacement) {
        if (part instanceof Integer number) {
          Span group = groups.get(number);
          if (group != null) {
            out.append(text, group.start(), group.end());
          }
        } else {
          out.append(part);
        }
        Limits.check(out.length());
      }
      at = whole.end();
      return --left > 0;
    }

    String end() {
      return Limits.size(out.append(text, at, text.length()).toString());
    }
  }

  private static List<String> extract(Object[] a, int limit) {
    String text = (String) a[0];
    LinearPattern pattern = TextFunctions.pattern(a[1]);
    if (pattern.groupCount() > 1) {
      throw new IllegalArgumentException("a pattern with more than one group");
    }
    List<String> found = new ArrayList<>();
    pattern.forEach(
        text,
        groups -> {
          Span span = groups.getLast();
          if (span != null) {
            if (limit > 1 && found.size() == limit) {
              throw new Limits.TooLarge();
            }
            found.add(text.substring(span.start(), span.end()));
          }
          return found.isEmpty() || limit > 1;
        });
    return found;
  }
}
