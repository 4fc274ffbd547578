package dev.postern.core.exchange;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * A hashed timing wheel (Varghese and Lauck, SOSP 1987). Deadlines are set with every request and
 * almost never fire, so setting and cancelling must cost next to nothing: both are a link or an
 * unlink in the list of one slot. A timer further away than one turn of the wheel stays in its slot
 * and is looked at once per turn.
 */
final class TimerWheel implements Timers {
  static final TimerWheel SYSTEM = new TimerWheel();

  private static final Logger LOG = System.getLogger(TimerWheel.class.getName());
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int SLOTS = 1024;

  private final Slot[] slots = new Slot[SLOTS];
  private final long start = System.nanoTime();
  private final ReentrantLock starting = new ReentrantLock();
  private volatile @Nullable Thread thread;

  /** The tick whose slot was emptied last. */
  private volatile long done;

  TimerWheel() {
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Slot();
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer schedule(long nanos, Runnable task) {
    if (thread == null) {
      startThread();
    }
    long due = Math.max(1, nanos + (System.nanoTime() - start) + TICK_NANOS - 1) / TICK_NANOS;
    Entry entry = new Entry(task, Math.max(due, done + 2));
    slots[(int) (entry.due & (SLOTS - 1))].add(entry);
    return entry;
  }

  private void startThread() {
    starting.lock();
    try {
      if (thread == null) {
        done = (System.nanoTime() - start) / TICK_NANOS;
        Thread ticking = new Thread(this::tick, "postern-timers");
        ticking.setDaemon(true);
        thread = ticking;
        ticking.start();
      }
    } finally {
      starting.unlock();
    }
  }

  private void tick() {
    while (true) {
      long now = (System.nanoTime() - start) / TICK_NANOS;
      while (done < now) {
        long tick = done + 1;
        for (Entry due = slots[(int) (tick & (SLOTS - 1))].takeDue(tick); due != null; ) {
          Entry next = due.next;
          due.run();
          due = next;
        }
        done = tick;
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  private static final class Slot {
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Entry first;

    void add(Entry entry) {
      lock.lock();
      try {
        entry.slot = this;
        entry.next = first;
        if (first != null) {
          first.previous = entry;
        }
        first = entry;
      } finally {
        lock.unlock();
      }
    }

    void remove(Entry entry) {
      lock.lock();
      try {
        if (entry.slot == this) {
          unlink(entry);
        }
      } finally {
        lock.unlock();
      }
    }

    /** Unlinks what is due and returns it as a list. */
    @Nullable Entry takeDue(long tick) {
      lock.lock();
      try {
        Entry taken = null;
        for (Entry entry = first; entry != null; ) {
          Entry next = entry.next;
          if (entry.due <= tick) {
            unlink(entry);
            entry.next = taken;
            taken = entry;
          }
          entry = next;
        }
        return taken;
      } finally {
        lock.unlock();
      }
    }

    private void unlink(Entry entry) {
      Entry next = entry.next;
      Entry previous = entry.previous;
      if (next != null) {
        next.previous = previous;
      }
      if (previous != null) {
        previous.next = next;
      } else {
        first = next;
      }
      entry.slot = null;
      entry.previous = null;
    }
  }

  private static final class Entry implements Timer {
    private final Runnable task;
    private final long due;
    private volatile @Nullable Slot slot;
    private volatile boolean cancelled;
    private @Nullable Entry next;
    private @Nullable Entry previous;

    Entry(Runnable task, long due) {
      this.task = task;
      this.due = due;
    }

    @Override
    public void cancel() {
      cancelled = true;
      Slot in = slot;
      if (in != null) {
        in.remove(this);
      }
    }

    void run() {
      if (cancelled) {
        return;
      }
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a timer task failed", e);
      }
    }
  }
}
