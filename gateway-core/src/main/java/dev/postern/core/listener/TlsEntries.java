package dev.postern.core.listener;

import dev.postern.core.exchange.Timers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * The certificates of one bind by server name. Their files are looked at every few seconds; when
 * one has changed, what it belongs to is loaded anew and serves the connections that come from then
 * on. Files that cannot be used leave what was loaded before in its place.
 */
final class TlsEntries {
  private static final Logger LOG = System.getLogger(HttpListener.class.getName());
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** One certificate, and what its files looked like when it was loaded. */
  private record Loaded(ServerNameTls tls, TlsEntry entry, List<Object> files) {}

  private final ReentrantLock reloading = new ReentrantLock();
  private volatile Map<String, Loaded> byName;
  private volatile boolean stopped;

  private TlsEntries(Map<String, Loaded> byName) {
    this.byName = byName;
  }

  /**
   * Loads all certificates.
   *
   * @throws IOException if one cannot be used, or two are for the same name
   */
  static TlsEntries load(List<ServerNameTls> settings) throws IOException {
    Map<String, Loaded> byName = new HashMap<>();
    for (ServerNameTls tls : settings) {
      String wanted = tls.serverName();
      String name = wanted == null || wanted.equals("*") ? "*" : ServerNames.canonical(wanted);
      if (name == null) {
        throw new IOException("serverName: " + tls.serverName() + " (expected: a DNS name)");
      }
      if (byName.put(name, load(tls)) != null) {
        throw new IOException("serverName: " + name + ": two certificates for it");
      }
    }
    return new TlsEntries(byName);
  }

  private static Loaded load(ServerNameTls tls) throws IOException {
    List<Object> files = files(tls);
    return new Loaded(tls, TlsEntry.load(tls), files);
  }

  /**
   * Returns what fits a server name best, or null: the name, the name above with a star, a star.
   */
  @Nullable TlsEntry find(@Nullable String serverName) {
    Map<String, Loaded> byName = this.byName;
    Loaded found = null;
    if (serverName != null) {
      String name = ServerNames.canonical(serverName);
      if (name == null) {
        return null;
      }
      found = byName.get(name);
      int dot = name.indexOf('.');
      if (found == null && dot > 0) {
        found = byName.get("*" + name.substring(dot));
      }
    }
    if (found == null) {
      found = byName.get("*");
    }
    return found == null ? null : found.entry();
  }

  /** Looks after the files from now on. */
  void watch(Timers timers) {
    timers.schedule(
        LOOK_NANOS,
        () -> {
          if (!stopped) {
            // Reading files is not for the thread of the timers.
            Thread.ofVirtual().name("postern-certificates").start(() -> look(timers));
          }
        });
  }

  private void look(Timers timers) {
    reload();
    watch(timers);
  }

  void stop() {
    stopped = true;
  }

  /** Loads what has changed; returns whether anything was. */
  boolean reload() {
    reloading.lock();
    try {
      Map<String, Loaded> next = new HashMap<>(byName);
      boolean changed = false;
      for (Map.Entry<String, Loaded> line : next.entrySet()) {
        Loaded old = line.getValue();
        List<Object> files = files(old.tls());
        if (files.equals(old.files())) {
          continue;
        }
        line.setValue(reload(old, files));
        changed = true;
      }
      byName = next;
      return changed;
    } finally {
      reloading.unlock();
    }
  }

  private static Loaded reload(Loaded old, List<Object> files) {
    try {
      Loaded loaded = load(old.tls());
      LOG.log(Level.INFO, () -> "certificate loaded anew: " + old.tls().cert());
      return loaded;
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "changed certificate is not used, the old one stays", e);
      return new Loaded(old.tls(), old.entry(), files);
    }
  }

  private static List<Object> files(ServerNameTls tls) {
    Path root = tls.root();
    return List.of(looks(tls.cert()), looks(tls.key()), root == null ? "" : looks(root));
  }

  private static Object looks(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
    } catch (IOException e) {
      return "unreadable";
    }
  }
}
