package dev.postern.core.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One problem of a configuration, with its place in the file. Never holds the value of a secret
 * field.
 *
 * @param severity how bad it is
 * @param code what kind of problem
 * @param path the YAML path, as in {@code routes[2].policies.retry}; empty for the whole document
 * @param message what is wrong and what was expected
 * @param location where
 * @param suggestions what was probably meant, best first
 * @param related other places that have to do with it
 * @param notes more help, one line each
 * @param excerpt the line of the source, or null when there is none
 */
public record ConfigDiagnostic(
    Severity severity,
    ConfigCode code,
    String path,
    String message,
    Location location,
    List<String> suggestions,
    List<Related> related,
    List<String> notes,
    @Nullable String excerpt) {

  /** Copies the lists. */
  public ConfigDiagnostic {
    suggestions = List.copyOf(suggestions);
    related = List.copyOf(related);
    notes = List.copyOf(notes);
  }

  /** How bad a problem is. */
  public enum Severity {
    /** The configuration cannot be used. */
    ERROR,
    /** It can be used, but probably does not do what was meant. */
    WARNING,
    /** Good to know. */
    INFO
  }

  /**
   * Another place that has to do with a problem.
   *
   * @param location where
   * @param message why it matters
   */
  public record Related(Location location, String message) {}

  static ConfigDiagnostic error(ConfigCode code, Location location, String path, String message) {
    return of(Severity.ERROR, code, location, path, message);
  }

  static ConfigDiagnostic warning(ConfigCode code, Location location, String path, String message) {
    return of(Severity.WARNING, code, location, path, message);
  }

  private static ConfigDiagnostic of(
      Severity severity, ConfigCode code, Location location, String path, String message) {
    return new ConfigDiagnostic(
        severity, code, path, message, location, List.of(), List.of(), List.of(), null);
  }

  ConfigDiagnostic as(Severity other) {
    return new ConfigDiagnostic(
        other, code, path, message, location, suggestions, related, notes, excerpt);
  }

  ConfigDiagnostic suggest(String suggestion) {
    return new ConfigDiagnostic(
        severity, code, path, message, location, List.of(suggestion), related, notes, excerpt);
  }

  ConfigDiagnostic relate(Location place, String why) {
    return new ConfigDiagnostic(
        severity,
        code,
        path,
        message,
        location,
        suggestions,
        List.of(new Related(place, why)),
        notes,
        excerpt);
  }

  ConfigDiagnostic note(String note) {
    return new ConfigDiagnostic(
        severity, code, path, message, location, suggestions, related, List.of(note), excerpt);
  }

  ConfigDiagnostic withExcerpt(String line) {
    return new ConfigDiagnostic(
        severity, code, path, message, location, suggestions, related, notes, line);
  }

  /** Returns path and message as one sentence. */
  public String text() {
    if (path.isEmpty()) {
      return message;
    }
    return path + (message.startsWith("is ") ? " " : ": ") + message;
  }

  /** Returns the first line of the text form, for logs. */
  String summary() {
    return location + ": " + severity.name().toLowerCase(Locale.ROOT) + "[" + code + "] " + text();
  }

  /** Returns the text form: position, code, path and message, then the line with the place. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(summary());
    if (excerpt != null) {
      String number = Integer.toString(location.line());
      text.append("\n  ").append(number).append(" | ").append(excerpt);
      text.append("\n  ").append(" ".repeat(number.length())).append(" | ");
      text.append(" ".repeat(location.column() - 1)).append("^".repeat(marked(excerpt)));
    }
    for (Related other : related) {
      text.append("\n  = ").append(other.message()).append(": ").append(other.location());
    }
    for (String note : notes) {
      text.append("\n  = ").append(note);
    }
    return text.toString();
  }

  private int marked(String line) {
    int toLineEnd = line.codePointCount(0, line.length()) - location.column() + 1;
    int length =
        location.endLine() == location.line()
            ? location.endColumn() - location.column()
            : toLineEnd;
    return Math.max(1, Math.min(length, toLineEnd));
  }
}
