package dev.postern.policy.functional;

import dev.postern.core.exchange.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that a test moves. */
public final class ManualTimers implements Timers {
  private final List<Entry> entries = new ArrayList<>();
  private long now = 1_000_000_000_000L;

  @Override
  public synchronized Timer schedule(long nanos, Runnable task) {
    Entry entry = new Entry(now + nanos, task);
    entries.add(entry);
    return () -> cancel(entry);
  }

  private synchronized void cancel(Entry entry) {
    entries.remove(entry);
  }

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  /** Moves time on and runs what became due. */
  public void advance(Duration duration) {
    List<Entry> due = new ArrayList<>();
    synchronized (this) {
      now += duration.toNanos();
      entries.removeIf(entry -> entry.at <= now && due.add(entry));
    }
    due.forEach(entry -> entry.task.run());
  }

  private record Entry(long at, Runnable task) {}
}
