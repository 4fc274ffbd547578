package dev.postern.core.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text and its name; shows single lines of it without the secrets on them. */
final class SourceText {
  private static final int MAX_SHOWN = 160;

  /** Guesses secrets where parsing did not come far enough to know them. */
  private static final Pattern SECRET_LOOKING =
      Pattern.compile(
          "(?i)(?<name>(?:key|secret|password|token|credentials?|htpasswd|authorization)[\"']?\\s*:\\s+)"
              + "(?<value>(?![{\\[$&*])[^\\s,}\\]][^,}\\]]*)");

  private final String name;
  private final String text;
  private final List<Location> secrets = new ArrayList<>();

  SourceText(String name, String text) {
    this.name = name;
    this.text = text;
  }

  String name() {
    return name;
  }

  String text() {
    return text;
  }

  /** Notes that what stands there must not be shown. */
  void hide(Location secret) {
    secrets.add(secret);
  }

  /** Returns the line of a problem, with everything secret on it starred out. */
  String excerpt(ConfigDiagnostic diagnostic) {
    Location problem = diagnostic.location();
    // What stands around a reference to a variable may be a secret; elsewhere the text in question
    // is what the reader needs to see.
    boolean substituting =
        diagnostic.code() == ConfigCode.UNSET_VARIABLE
            || diagnostic.code() == ConfigCode.MALFORMED_SUBSTITUTION;
    StringBuilder line = new StringBuilder(line(problem.line()));
    Matcher guess = SECRET_LOOKING.matcher(line.toString());
    while (guess.find()) {
      int column = line.codePointCount(0, guess.start("value")) + 1;
      if (substituting || column != problem.column()) {
        star(line, guess.start("value"), guess.end("value"));
      }
    }
    for (Location secret : secrets) {
      if (secret.line() <= problem.line() && problem.line() <= secret.endLine()) {
        int from = secret.line() == problem.line() ? offset(line, secret.column()) : 0;
        int to =
            secret.endLine() == problem.line() ? offset(line, secret.endColumn()) : line.length();
        star(line, from, to);
      }
    }
    int limit = Math.max(MAX_SHOWN, offset(line, problem.column()) + 40);
    return line.length() > limit ? line.substring(0, limit) : line.toString();
  }

  private static void star(StringBuilder line, int from, int to) {
    for (int i = from; i < to; i++) {
      line.setCharAt(i, '*');
    }
  }

  private static int offset(CharSequence line, int column) {
    int length = line.length();
    return Math.min(
        length,
        Character.offsetByCodePoints(
            line, 0, Math.min(column - 1, Character.codePointCount(line, 0, length))));
  }

  /** Returns the index of the first character of a stretch, in this text. */
  int offset(Location at) {
    int start = lineStart(at.line());
    return start < 0 ? text.length() : start + offset(text.substring(start), at.column());
  }

  private int lineStart(int number) {
    int start = 0;
    for (int line = 1; line < number; line++) {
      int end = text.indexOf('\n', start);
      if (end < 0) {
        return -1;
      }
      start = end + 1;
    }
    return start;
  }

  private String line(int number) {
    int start = lineStart(number);
    if (start < 0) {
      return "";
    }
    int end = text.indexOf('\n', start);
    String line = text.substring(start, end < 0 ? text.length() : end);
    return line.replace('\t', ' ').replace("\r", "");
  }

  /** Returns the place of a character. */
  Location locate(int offset) {
    int line = 1;
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
      line++;
      start = end + 1;
    }
    return Location.at(name, line, text.codePointCount(start, Math.min(offset, text.length())) + 1);
  }
}
