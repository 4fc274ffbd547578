package dev.postern.core.config;

import static java.util.Objects.requireNonNull;

import dev.postern.core.Gateway;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration file again when it, or a file that it names, changes.
 *
 * <p>The directories of the files are watched, so that files that are written in place, renamed
 * over or reached through a link that is turned are all noticed; since some mounts report no
 * events, the files are also looked at every {@link LoadOptions#pollInterval}. A file that is
 * wrong, missing or empty changes nothing. Settings of the section {@code config} stay as they were
 * at the start.
 *
 * <pre>{@code
 * LoadedConfig loaded = Configs.load(file, options);
 * Gateway gateway = Gateway.from(loaded.config());
 * ConfigWatcher watcher = ConfigWatcher.start(file, loaded, options, gateway, reload -> {});
 * }</pre>
 */
public final class ConfigWatcher implements AutoCloseable {
  private static final System.Logger logger = System.getLogger(ConfigWatcher.class.getName());

  private final Reloading reloading;
  private final long pollNanos;
  private final @Nullable WatchService events;
  private final Map<Path, WatchKey> directories = new HashMap<>();
  private final Thread thread;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile List<Path> files;

  private ConfigWatcher(Reloading reloading, LoadOptions options, Path file) {
    this.reloading = reloading;
    this.pollNanos = options.pollInterval().toNanos();
    this.events = watchService(file);
    this.files = reloading.files();
    this.thread = Thread.ofPlatform().daemon().name("postern-config-watcher").unstarted(this::run);
  }

  /**
   * Starts to watch.
   *
   * @param file the configuration file
   * @param current what was read from it and is in use
   * @param options how it is read again
   * @param gateway takes each new configuration into use
   * @param listener is told what became of each change, after the gateway
   */
  public static ConfigWatcher start(
      Path file,
      LoadedConfig current,
      LoadOptions options,
      Gateway gateway,
      Consumer<Reload> listener) {
    requireNonNull(file, "file");
    requireNonNull(current, "current");
    Reloading reloading =
        new Reloading(file, current, options, gateway::reload, gateway::reloadRejected, listener);
    ConfigWatcher watcher = new ConfigWatcher(reloading, options, file);
    watcher.watchDirectories();
    watcher.thread.start();
    return watcher;
  }

  /** Returns the files that are watched: the configuration, and the secrets and certificates. */
  public List<Path> files() {
    return files;
  }

  private static @Nullable WatchService watchService(Path file) {
    try {
      return file.getFileSystem().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      logger.log(
          System.Logger.Level.WARNING,
          "no file events here; " + file + " is only looked at now and then",
          e);
      return null;
    }
  }

  private void watchDirectories() {
    if (events == null) {
      return;
    }
    for (Path file : files) {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null && !directories.containsKey(directory)) {
        try {
          directories.put(
              directory,
              directory.register(
                  events,
                  StandardWatchEventKinds.ENTRY_CREATE,
                  StandardWatchEventKinds.ENTRY_MODIFY,
                  StandardWatchEventKinds.ENTRY_DELETE));
        } catch (IOException e) {
          logger.log(System.Logger.Level.DEBUG, "no events of " + directory, e);
        }
      }
    }
  }

  private void run() {
    long next = 0;
    while (ended.getCount() > 0) {
      try {
        await(next);
        next = reloading.step(System.nanoTime());
        files = reloading.files();
        directories.values().removeIf(key -> !key.isValid());
        watchDirectories();
      } catch (InterruptedException | ClosedWatchServiceException e) {
        return;
      } catch (RuntimeException e) {
        logger.log(System.Logger.Level.ERROR, "reloading the configuration failed", e);
      }
    }
  }

  /** Waits for an event, for the next look, or for the end of the quiet time. */
  private void await(long next) throws InterruptedException {
    long wait = next > 0 ? next : pollNanos;
    if (events == null) {
      ended.await(Math.max(wait, TimeUnit.SECONDS.toNanos(1)), TimeUnit.NANOSECONDS);
      return;
    }
    WatchKey key = wait > 0 ? events.poll(wait, TimeUnit.NANOSECONDS) : events.take();
    if (key != null) {
      key.pollEvents();
      key.reset();
    }
  }

  /** Ends watching; a reload that is under way is finished first. */
  @Override
  public void close() {
    ended.countDown();
    try {
      if (events != null) {
        events.close();
      }
      if (Thread.currentThread() != thread) {
        thread.join();
      }
    } catch (IOException e) {
      logger.log(System.Logger.Level.DEBUG, "closing the watcher", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
