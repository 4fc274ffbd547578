package dev.postern.core.config;

import dev.postern.core.ReloadResult;
import java.util.List;

/**
 * What became of a changed file.
 *
 * @param status whether its configuration is in use
 * @param diagnostics what is wrong with it, or odd about it
 */
public record Reload(ReloadResult.Status status, List<ConfigDiagnostic> diagnostics) {
  /** Copies the list. */
  public Reload {
    diagnostics = List.copyOf(diagnostics);
  }
}
