package dev.postern.llm.select;

import dev.postern.core.spi.StateType;
import org.jspecify.annotations.Nullable;

/**
 * How one target has been doing: how often it fails, how fast it is, how much it has to do, and
 * whether it is out of service. Safe for concurrent use.
 */
public final class TargetHealth {
  /** Keeps health across configurations. */
  public static final StateType<String, TargetHealth> TYPE = name -> new TargetHealth();

  private static final double WEIGHT_OF_NEW = 0.3;
  private static final double NANOS = 1e9;

  private double health = 1;
  private double latency;
  private int pending;
  private int failuresInRow;
  private int evictions;
  private boolean evicted;
  private long evictedUntil;

  /** Returns how good a choice the target is: more is better. */
  synchronized double score() {
    return health / (1 + latency * (1 + 0.1 * pending));
  }

  /** Returns whether the target may be chosen; brings it back when its time out is over. */
  synchronized boolean isAvailable(long now, double restoreHealth) {
    if (evicted && evictedUntil - now <= 0) {
      evicted = false;
      health = restoreHealth;
      failuresInRow = 0;
    }
    return !evicted;
  }

  synchronized void started() {
    pending++;
  }

  synchronized void finished() {
    pending--;
  }

  synchronized void succeeded(long nanosToHead) {
    health += WEIGHT_OF_NEW * (1 - health);
    double seconds = nanosToHead / NANOS;
    latency = latency == 0 ? seconds : latency + WEIGHT_OF_NEW * (seconds - latency);
    failuresInRow = 0;
    evictions = 0;
  }

  /**
   * Notes a failure and evicts the target if the rules say so.
   *
   * @param rules the rules, or null to evict never
   * @param saidNanos how long the provider asked to be left alone, or -1
   * @return whether the target was evicted
   */
  synchronized boolean failed(@Nullable EvictionRules rules, long now, long saidNanos) {
    health -= WEIGHT_OF_NEW * health;
    failuresInRow++;
    if (rules == null || evicted || !rules.evicts(failuresInRow, health)) {
      return false;
    }
    evictions++;
    evicted = true;
    evictedUntil = now + rules.nanos(saidNanos, evictions);
    return true;
  }
}
