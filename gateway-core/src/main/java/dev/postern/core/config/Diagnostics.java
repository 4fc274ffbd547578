package dev.postern.core.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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

  boolean hasErrors() {
    return errors > 0;
  }

  /** Returns the problems by position, each with the line it is on. */
  List<ConfigDiagnostic> finish(SourceText source) {
    List<ConfigDiagnostic> sorted = new ArrayList<>();
    for (ConfigDiagnostic problem : all) {
      sorted.add(
          problem.location().source().equals(source.name())
              ? problem.withExcerpt(source.excerpt(problem.location()))
              : problem);
    }
    sorted.sort(Comparator.comparing(ConfigDiagnostic::location));
    return sorted;
  }
}
