package dev.postern.core.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects the problems of one load: at most 100 errors and 100 warnings, each once. */
final class Diagnostics {
  static final int MAX = 100;

  private final Set<ConfigDiagnostic> all = new LinkedHashSet<>();
  private final boolean strict;
  private int errors;
  private int warnings;

  Diagnostics(boolean strict) {
    this.strict = strict;
  }

  void add(ConfigDiagnostic problem) {
    ConfigDiagnostic counted =
        strict && problem.severity() == ConfigDiagnostic.Severity.WARNING
            ? problem.as(ConfigDiagnostic.Severity.ERROR)
            : problem;
    boolean error = counted.severity() == ConfigDiagnostic.Severity.ERROR;
    if ((error ? errors : warnings) < MAX && all.add(counted)) {
      errors += error ? 1 : 0;
      warnings += error ? 0 : 1;
    }
  }

  void error(ConfigCode code, ConfigNode at, String message) {
    add(ConfigDiagnostic.error(code, at.location(), at.path(), message));
  }

  void warning(ConfigCode code, ConfigNode at, String message) {
    add(ConfigDiagnostic.warning(code, at.location(), at.path(), message));
  }

  /** Notes that a value is of another type; returns null, which stands for it. */
  @Nullable Object wrongType(ConfigNode node, String expected) {
    // Of a scalar where an object was expected nothing is shown: it may be a secret.
    boolean scalarExpected = !expected.startsWith("an object") && !expected.startsWith("a list");
    String shown = node.kind().scalar() && !scalarExpected ? "a text" : node.shown();
    ConfigDiagnostic problem =
        ConfigDiagnostic.error(
            ConfigCode.WRONG_TYPE,
            node.location(),
            node.path(),
            shown + " (expected: " + expected + ")");
    add(holdsStructure(node) ? problem.note("use --env-mode text") : problem);
    return null;
  }

  /** Whether the value is that of one variable, and would be a map or a list as YAML. */
  private static boolean holdsStructure(ConfigNode node) {
    ConfigNode.Scalar scalar = node.scalar();
    String text = scalar.text().strip();
    return scalar.substituted()
        && scalar.written().matches("\\$(\\w+|\\{[^}]*})")
        && (text.startsWith("{")
            || text.startsWith("[")
            || text.startsWith("- ")
            || text.matches("(?s)[\\w-]+:(\\s.*)?"));
  }

  /** Makes a value; what it refuses is noted at the field that its message names. */
  @Nullable Object attempt(ConfigNode node, Supplier<@Nullable Object> maker) {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      return refused(node, e);
    }
  }

  /** Notes what a value was refused for; returns null, which stands for it. */
  @Nullable Object refused(ConfigNode node, IllegalArgumentException e) {
    add(Refusal.of(node, String.valueOf(e.getMessage())));
    return null;
  }

  boolean hasErrors() {
    return errors > 0;
  }

  /** Returns the problems by position, each with the line it is on. */
  List<ConfigDiagnostic> finish(SourceText source) {
    List<ConfigDiagnostic> sorted = new ArrayList<>();
    for (ConfigDiagnostic problem : all) {
      sorted.add(
          problem.location().source().equals(source.name())
              ? problem.withExcerpt(source.excerpt(problem))
              : problem);
    }
    sorted.sort(Comparator.comparing(ConfigDiagnostic::location));
    return sorted;
  }
}
