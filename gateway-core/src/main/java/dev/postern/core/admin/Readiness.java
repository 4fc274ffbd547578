package dev.postern.core.admin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether a gateway takes traffic: first things are pending, then it is ready, in the end it
 * drains. Safe for concurrent use.
 */
public final class Readiness {
  private final ReentrantLock lock = new ReentrantLock();
  private volatile List<String> pending;
  private volatile boolean draining;

  /**
   * Creates a gateway's readiness.
   *
   * @param pending what has to be done first, by names for readers
   */
  public Readiness(Collection<String> pending) {
    this.pending = List.copyOf(pending);
  }

  /** Notes that something pending is done; does nothing if it already was. */
  public void done(String name) {
    lock.lock();
    try {
      List<String> left = new ArrayList<>(pending);
      left.remove(name);
      pending = List.copyOf(left);
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the gateway has begun to end. */
  public void drain() {
    draining = true;
  }

  /** Returns whether the gateway takes traffic. */
  public boolean ready() {
    return !draining && pending.isEmpty();
  }

  /** Returns whether the gateway has begun to end. */
  public boolean draining() {
    return draining;
  }

  /** Returns what is not done yet. */
  public List<String> pending() {
    return pending;
  }
}
