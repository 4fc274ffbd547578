package dev.postern.core.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read of a file that is written as configurations are, and where its parts stand.
 *
 * @param <T> what it was read as
 */
public final class LoadedDocument<T> {
  private final T value;
  private final List<ConfigDiagnostic> diagnostics;
  private final ConfigNode root;
  private final SourceText source;

  private LoadedDocument(
      T value, List<ConfigDiagnostic> diagnostics, ConfigNode root, SourceText source) {
    this.value = value;
    this.diagnostics = diagnostics;
    this.root = root;
    this.source = source;
  }

  static <T> LoadedDocument<T> read(Loader loader, byte[] bytes, Class<T> type) {
    @Nullable ConfigNode[] read = new @Nullable ConfigNode[1];
    Loader.Loaded<T> loaded = loader.load(bytes, type, (root, value, problems) -> read[0] = root);
    T value = loaded.orThrow();
    ConfigNode root = read[0];
    if (root == null) {
      throw new ConfigException(loaded.diagnostics());
    }
    return new LoadedDocument<>(value, loaded.diagnostics(), root, loaded.source());
  }

  /** Returns what was read. */
  public T value() {
    return value;
  }

  /** Returns what is odd about it: warnings, by position. */
  public List<ConfigDiagnostic> diagnostics() {
    return diagnostics;
  }

  /**
   * Returns where a field stands, or the deepest one on the way to it that is written.
   *
   * @param path as in {@code tests[2].expect.status}
   */
  public Location location(String path) {
    return Whereabouts.find(root, path).location();
  }

  /** Returns what is wrong with a field, with its place and its line. */
  public ConfigDiagnostic problem(ConfigCode code, String path, String message) {
    ConfigDiagnostic problem = ConfigDiagnostic.error(code, location(path), path, message);
    return problem.withExcerpt(source.excerpt(problem));
  }

  /** Returns the exception that says what is wrong with a field, and where it stands. */
  public ConfigException refuse(ConfigCode code, String path, String message) {
    return new ConfigException(List.of(problem(code, path, message)));
  }
}
