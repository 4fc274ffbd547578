package dev.postern.core.config;

import dev.postern.core.GatewayConfig;
import dev.postern.core.ProcessSettings;
import dev.postern.core.ReloadResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a changed configuration file is read again, and does it. Knows no threads and no
 * clock: {@link ConfigWatcher} says when to look and what time it is.
 */
final class Reloading {
  /** How long a file must have been quiet before it is read. */
  static final Duration QUIET = Duration.ofMillis(250);

  /** How long the file may be missing or empty before that is worth a warning. */
  static final Duration MISSING = Duration.ofSeconds(30);

  private static final System.Logger logger = System.getLogger(ConfigWatcher.class.getName());

  private final Path file;
  private final LoadOptions options;
  private final ProcessSettings settings;
  private final Function<GatewayConfig, ReloadResult> target;
  private final Runnable unreadable;
  private final Consumer<Reload> listener;
  private final WatchedFile configuration;
  private Map<Path, WatchedFile> others = new LinkedHashMap<>();
  private @Nullable Long changedAt;
  private @Nullable Long missingSince;
  private boolean warned;

  /**
   * Starts with what is in use.
   *
   * @param target takes a configuration into use
   * @param unreadable is told of a file of which there is no configuration to take
   * @param listener is told what became of each change, after these
   */
  Reloading(
      Path file,
      LoadedConfig current,
      LoadOptions options,
      Function<GatewayConfig, ReloadResult> target,
      Runnable unreadable,
      Consumer<Reload> listener) {
    this.file = file;
    this.options = options;
    this.settings = current.config().config();
    this.target = target;
    this.unreadable = unreadable;
    this.listener = listener;
    this.configuration = new WatchedFile(file, current.hash());
    follow(current.files());
  }

  /** Returns the files looked at: the configuration, then those it names. */
  List<Path> files() {
    List<Path> files = new ArrayList<>();
    files.add(file);
    files.addAll(others.keySet());
    return files;
  }

  /**
   * Looks at the files, and reads the configuration again if one of them has changed and all have
   * been quiet since.
   *
   * @return how long until it should be called again although nothing happens, in nanoseconds; zero
   *     for no need
   */
  long step(long now) {
    boolean changed = configuration.changed();
    for (WatchedFile other : others.values()) {
      changed |= other.changed();
    }
    watchForMissing(now);
    if (changed) {
      changedAt = now;
    }
    if (changedAt == null) {
      return 0;
    }
    long left = QUIET.toNanos() - (now - changedAt);
    if (left > 0) {
      return left;
    }
    changedAt = null;
    if (configuration.present()) {
      reload();
    }
    return 0;
  }

  private void watchForMissing(long now) {
    if (configuration.present()) {
      missingSince = null;
      warned = false;
    } else if (missingSince == null) {
      missingSince = now;
    } else if (!warned && now - missingSince >= MISSING.toNanos()) {
      warned = true;
      logger.log(
          System.Logger.Level.WARNING,
          "{0} has been missing or empty for 30 seconds; the last configuration stays in use",
          file);
    }
  }

  private void reload() {
    Reload reload = read();
    for (ConfigDiagnostic diagnostic : reload.diagnostics()) {
      boolean error = diagnostic.severity() == ConfigDiagnostic.Severity.ERROR;
      logger.log(
          error ? System.Logger.Level.ERROR : System.Logger.Level.WARNING,
          "{0}",
          diagnostic.summary());
    }
    listener.accept(reload);
  }

  private Reload read() {
    LoadedConfig loaded;
    try {
      loaded = Configs.load(file, options);
    } catch (ConfigException e) {
      unreadable.run();
      return new Reload(ReloadResult.Status.REJECTED, e.diagnostics());
    }
    follow(loaded.files());
    List<ConfigDiagnostic> diagnostics = new ArrayList<>(loaded.diagnostics());
    GatewayConfig config = loaded.config();
    if (!config.config().equals(settings)) {
      diagnostics.add(restart(loaded));
      config = config.toBuilder().config(settings).build();
    }
    ReloadResult result = target.apply(config);
    result
        .warnings()
        .forEach(warning -> logger.log(System.Logger.Level.WARNING, "{0}: {1}", file, warning));
    if (result.status() == ReloadResult.Status.REJECTED) {
      diagnostics.addAll(loaded.locate(result.problems()).diagnostics());
    }
    return new Reload(result.status(), diagnostics);
  }

  private ConfigDiagnostic restart(LoadedConfig loaded) {
    List<String> keys = new ArrayList<>();
    for (RecordShape.Component part : RecordShape.of(ProcessSettings.class).components()) {
      Object before = RecordShape.get(settings, part);
      if (!Objects.equals(before, RecordShape.get(loaded.config().config(), part))) {
        keys.add(part.name());
      }
    }
    return ConfigDiagnostic.warning(
        ConfigCode.RESTART,
        loaded.locationOf("config"),
        "config",
        "takes effect after a restart: " + String.join(", ", keys));
  }

  private void follow(Set<Path> files) {
    Map<Path, WatchedFile> next = new LinkedHashMap<>();
    for (Path each : files) {
      WatchedFile known = others.get(each);
      next.put(each, known == null ? WatchedFile.asItIs(each) : known);
    }
    others = next;
  }
}
