package dev.postern.core.config;

import dev.postern.core.GatewayConfig;
import dev.postern.core.InvalidConfigurationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A configuration that was read, and what is known about its text. */
public final class LoadedConfig {
  private final GatewayConfig config;
  private final List<ConfigDiagnostic> diagnostics;
  private final Set<Path> files;
  private final ConfigNode root;
  private final SourceText source;
  private final String hash;

  private LoadedConfig(
      GatewayConfig config,
      List<ConfigDiagnostic> diagnostics,
      Set<Path> files,
      ConfigNode root,
      SourceText source,
      String hash) {
    this.config = config;
    this.diagnostics = diagnostics;
    this.files = files;
    this.root = root;
    this.source = source;
    this.hash = hash;
  }

  static LoadedConfig read(Loader loader, byte[] bytes, Dialect dialect, LoadOptions options) {
    @Nullable GatewayConfig[] made = new @Nullable GatewayConfig[1];
    @Nullable ConfigNode[] read = new @Nullable ConfigNode[1];
    Loader.Loaded<DocumentForm> loaded =
        loader.load(
            bytes,
            DocumentForm.class,
            (root, form, problems) -> {
              read[0] = root;
              new CrossChecks(root, dialect, problems).run();
              if (form != null && !problems.hasErrors()) {
                made[0] = normalise(root, form, problems, options);
              }
            });
    GatewayConfig config = made[0];
    ConfigNode root = read[0];
    if (config == null || root == null || loaded.value() == null) {
      throw new ConfigException(loaded.diagnostics());
    }
    return new LoadedConfig(
        config,
        loaded.diagnostics(),
        loaded.files(),
        root,
        loaded.source(),
        WatchedFile.hash(bytes));
  }

  private static @Nullable GatewayConfig normalise(
      ConfigNode root, DocumentForm form, Diagnostics problems, LoadOptions options) {
    try {
      return Normaliser.config(
          options.environmentOverrides() ? form.overridden(options.variables()) : form);
    } catch (InvalidConfigurationException e) {
      e.problems().forEach(problem -> problems.add(Whereabouts.locate(root, problem)));
    } catch (IllegalArgumentException e) {
      problems.add(Refusal.of(root, String.valueOf(e.getMessage())));
    }
    return null;
  }

  /** Returns the configuration. */
  public GatewayConfig config() {
    return config;
  }

  /** Returns what is odd about it: warnings, by position. */
  public List<ConfigDiagnostic> diagnostics() {
    return diagnostics;
  }

  /** Returns the files that the configuration names: secrets, certificates. */
  public Set<Path> files() {
    return files;
  }

  /**
   * Returns the exception that says, with places in this text, why no gateway can be made of the
   * configuration.
   */
  public ConfigException locate(InvalidConfigurationException cause) {
    return locate(cause.problems());
  }

  /** Returns the exception that says, with places in this text, what is wrong. */
  public ConfigException locate(List<InvalidConfigurationException.Problem> problems) {
    List<ConfigDiagnostic> located = new ArrayList<>();
    for (InvalidConfigurationException.Problem problem : problems) {
      ConfigDiagnostic diagnostic = Whereabouts.locate(root, problem);
      located.add(diagnostic.withExcerpt(source.excerpt(diagnostic)));
    }
    located.sort(Comparator.comparing(ConfigDiagnostic::location));
    return new ConfigException(located);
  }

  /** Returns what tells the content of the file from any other. */
  String hash() {
    return hash;
  }

  /** Returns where the field of the document stands, or the document when it does not. */
  Location locationOf(String field) {
    return Whereabouts.find(root, field).keyLocation();
  }
}
