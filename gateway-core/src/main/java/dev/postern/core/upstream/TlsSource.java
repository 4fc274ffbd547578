package dev.postern.core.upstream;

import dev.postern.core.exchange.Timers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * TLS material that is read again when its files change.
 *
 * <p>The files are looked at now and then, by whoever asks. Files that became unreadable leave the
 * last good identity in use and are reported once. A changed identity makes connections of its own;
 * those of the former one are used up and close. Safe for concurrent use.
 */
public final class TlsSource {
  private static final Logger LOG = System.getLogger(TlsSource.class.getName());
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final TlsMaterial material;
  private final Timers timers;
  private final AtomicLong nextLook;
  private volatile State state;

  /**
   * Reads the material.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  public TlsSource(TlsMaterial material, Timers timers) {
    this.material = material;
    this.timers = timers;
    this.nextLook = new AtomicLong(timers.nanoTime() + LOOK_NANOS);
    List<Object> stamps = stamps();
    this.state = new State(material.load(), stamps);
  }

  /** Returns the identity; the same object as long as the files stay the same. */
  public TlsIdentity identity() {
    long due = nextLook.get();
    long now = timers.nanoTime();
    if (now - due >= 0 && nextLook.compareAndSet(due, now + LOOK_NANOS)) {
      look();
    }
    return state.identity;
  }

  private void look() {
    List<Object> stamps = stamps();
    State last = state;
    if (stamps.equals(last.stamps)) {
      return;
    }
    try {
      TlsIdentity loaded = material.load();
      state = new State(loaded.equals(last.identity) ? last.identity : loaded, stamps);
    } catch (IllegalArgumentException e) {
      LOG.log(Level.WARNING, "backendTLS: changed files cannot be used, the former ones are", e);
      state = new State(last.identity, stamps);
    }
  }

  private List<Object> stamps() {
    List<Object> stamps = new ArrayList<>();
    for (Path file : material.files()) {
      try {
        stamps.add(Files.getLastModifiedTime(file));
        stamps.add(Files.size(file));
      } catch (IOException e) {
        stamps.add("unreadable");
      }
    }
    return stamps;
  }

  private record State(TlsIdentity identity, List<Object> stamps) {}
}
