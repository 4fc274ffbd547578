package dev.postern.core.exchange;

/**
 * Runs small tasks later, on one coarse clock that all deadlines share.
 *
 * <p>Tasks run late by up to a tick and must not block: they cancel something or start a thread.
 * Safe for concurrent use.
 */
public interface Timers {
  /** A task that has not run yet. */
  interface Timer {
    /** Keeps the task from running; does nothing if it ran. */
    void cancel();
  }

  /** Runs {@code task} once after {@code nanos} nanoseconds. */
  Timer schedule(long nanos, Runnable task);

  /** Returns the monotonic time in nanoseconds that {@link #schedule} counts by. */
  long nanoTime();

  /** Returns the timers of this process: one daemon thread, ticks of ten milliseconds. */
  static Timers system() {
    return TimerWheel.SYSTEM;
  }
}
