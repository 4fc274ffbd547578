package dev.postern.core.config;

import org.jspecify.annotations.Nullable;

/** Replaces {@code $NAME}, {@code ${NAME}}, {@code ${NAME:-default}} and {@code $$} in a text. */
final class Substitution {
  private final VariableResolver variables;

  Substitution(VariableResolver variables) {
    this.variables = variables;
  }

  /** Is told what cannot be replaced, and where in the text. */
  interface Problems {
    void add(int offset, ConfigCode code, String message);
  }

  /** Returns the text with everything replaced that can be. */
  String expand(String text, Problems problems) {
    int dollar = text.indexOf('$');
    if (dollar < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int at = 0;
    while (dollar >= 0) {
      out.append(text, at, dollar);
      at = reference(text, dollar, out, problems);
      dollar = text.indexOf('$', at);
    }
    return out.append(text, at, text.length()).toString();
  }

  /** Handles what begins with the dollar sign, and returns the index after it. */
  private int reference(String text, int dollar, StringBuilder out, Problems problems) {
    int next = dollar + 1;
    if (next < text.length() && text.charAt(next) == '$') {
      out.append('$');
      return next + 1;
    }
    if (next < text.length() && text.charAt(next) == '{') {
      return braced(text, dollar, out, problems);
    }
    int end = nameEnd(text, next);
    if (end == next) {
      out.append('$');
      return next;
    }
    append(text.substring(next, end), null, dollar, out, problems);
    return end;
  }

  private int braced(String text, int dollar, StringBuilder out, Problems problems) {
    int start = dollar + 2;
    int end = nameEnd(text, start);
    int brace = text.indexOf('}', end);
    boolean plain = brace == end;
    boolean withDefault = brace > end && text.startsWith(":-", end);
    if (end == start || !(plain || withDefault)) {
      problems.add(
          dollar,
          ConfigCode.MALFORMED_SUBSTITUTION,
          "malformed substitution (expected: ${NAME} or ${NAME:-default}; $$ for a dollar sign)");
      out.append("${");
      return start;
    }
    String otherwise = withDefault ? text.substring(end + 2, brace) : null;
    append(text.substring(start, end), otherwise, dollar, out, problems);
    return brace + 1;
  }

  private void append(
      String name, @Nullable String otherwise, int dollar, StringBuilder out, Problems problems) {
    String value = variables.resolve(name);
    if (value == null) {
      value = otherwise;
    }
    if (value == null) {
      problems.add(
          dollar, ConfigCode.UNSET_VARIABLE, "environment variable " + name + " is not set");
    } else {
      out.append(value);
    }
  }

  private static int nameEnd(String text, int start) {
    int end = start;
    while (end < text.length() && isNamePart(text.charAt(end), end == start)) {
      end++;
    }
    return end;
  }

  private static boolean isNamePart(char c, boolean first) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || (!first && c >= '0' && c <= '9');
  }

  /** Returns a text that substitution turns back into the given one. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(c);
      if (c == '$' && i + 1 < text.length()) {
        char next = text.charAt(i + 1);
        if (next == '$' || next == '{' || isNamePart(next, true)) {
          out.append('$');
        }
      }
    }
    return out.toString();
  }
}
