package dev.postern.policy.cel;

import dev.cel.common.CelIssue;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.text.Suggestions;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what the compiler says, in our words where we know more. */
final class Complaints {
  private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']+)'.*");
  private static final Pattern UNDEFINED = Pattern.compile("undefined field '([^']+)'.*");
  private static final Pattern OVERLOAD =
      Pattern.compile("found no matching overload for '([^']+)' applied to '(.*?)'( \\(cand.*)?");

  private Complaints() {}

  static ExpressionException of(
      ExpressionText text, CelIssue issue, Vocabulary vocabulary, Collection<String> functions) {
    int offset = offset(text.text(), issue);
    String elsewhere = Vocabulary.elsewhere(pathAt(text.text(), offset));
    Matcher undefined = UNDEFINED.matcher(issue.getMessage().lines().findFirst().orElse(""));
    if (elsewhere == null && undefined.matches()) {
      elsewhere = Vocabulary.elsewhereIn(text.text(), undefined.group(1));
    }
    return new ExpressionException(
        text,
        offset,
        elsewhere == null ? problem(issue.getMessage(), vocabulary, functions) : elsewhere);
  }

  /** Returns the names with dots between that end with the one that begins at {@code offset}. */
  private static String pathAt(String text, int offset) {
    if (offset < 0) {
      return "";
    }
    int at = text.offsetByCodePoints(0, offset);
    int end = at;
    while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
      end++;
    }
    int start = at;
    while (start > 0
        && (text.charAt(start - 1) == '.'
            || Character.isJavaIdentifierPart(text.charAt(start - 1)))) {
      start--;
    }
    return text.substring(start, end);
  }

  private static String problem(
      String message, Vocabulary vocabulary, Collection<String> functions) {
    String line = message.lines().findFirst().orElse("malformed");
    Matcher undeclared = UNDECLARED.matcher(line);
    if (undeclared.matches()) {
      String name = undeclared.group(1);
      String elsewhere = Vocabulary.elsewhere(name);
      if (elsewhere != null) {
        return elsewhere;
      }
      return "unknown name " + name + guess(name, vocabulary.variables().keySet(), functions);
    }
    Matcher undefined = UNDEFINED.matcher(line);
    if (undefined.matches()) {
      String name = undefined.group(1);
      return "unknown field " + name + guess(name, vocabulary.fields(), vocabulary.fields());
    }
    Matcher overload = OVERLOAD.matcher(line);
    if (overload.matches()) {
      return overload.group(1) + " does not take " + overload.group(2).replace("postern.", "");
    }
    return line.replace("postern.", "");
  }

  private static String guess(String name, Collection<String> names, Collection<String> others) {
    return Suggestions.closest(name, names)
        .or(() -> Suggestions.closest(name, others))
        .map(guess -> "; did you mean " + guess + "?")
        .orElse("");
  }

  private static int offset(String text, CelIssue issue) {
    int line = issue.getSourceLocation().getLine();
    int column = issue.getSourceLocation().getColumn();
    if (line < 1 || column < 0) {
      return -1;
    }
    int start = 0;
    for (int i = 1; i < line; i++) {
      start = text.indexOf('\n', start) + 1;
    }
    int length = text.codePointCount(0, text.length());
    int points = Math.min(text.codePointCount(0, start) + column, length);
    // Of a field the compiler names the dot before it.
    boolean dot = points < length && text.codePointAt(text.offsetByCodePoints(0, points)) == '.';
    return dot ? points + 1 : points;
  }
}
