package dev.postern.core.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used. Its message is the text form of all problems. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<ConfigDiagnostic> diagnostics;

  ConfigException(List<ConfigDiagnostic> diagnostics) {
    super(
        diagnostics.stream().map(ConfigDiagnostic::toString).collect(Collectors.joining("\n")),
        null,
        false,
        false);
    this.diagnostics = List.copyOf(diagnostics);
  }

  /** Returns all problems, warnings too, ordered by position. */
  public List<ConfigDiagnostic> diagnostics() {
    return diagnostics;
  }
}
