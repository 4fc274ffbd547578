package dev.postern.core.spi;

import static java.util.Objects.requireNonNull;

import dev.postern.core.text.Experimental;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts what is used up and filled again: the state of rate limits and budgets.
 *
 * <p>A counter starts full. What is taken before a call can be settled after it, when it is known
 * what was really used; that may leave a debt, which later fills pay back first. Safe for
 * concurrent use.
 */
@Experimental
public interface CounterStore {
  /**
   * Takes from several counters: from all of them, or from none if one holds less than it needs.
   *
   * @param claims at most one for each counter
   */
  Decision take(List<Claim> claims);

  /**
   * Charges what was used instead of what was taken. To be called once for each reservation.
   *
   * @param actual what was used; less than was taken gives back, but never over the capacity; more
   *     may leave a debt of at most ten times the capacity
   */
  void settle(Reservation reservation, long actual);

  /** Returns what a counter holds now. */
  Snapshot peek(Limit limit, String key);

  /**
   * A family of counters that fill in the same way, one for each key.
   *
   * @param name names the family in its store
   * @param capacity the most a counter holds
   * @param refill how much comes back with each interval
   * @param interval the time from one fill to the next
   * @param maxKeys the most counters kept; further keys share one
   */
  record Limit(String name, long capacity, long refill, Duration interval, int maxKeys) {
    /** Checks the values. */
    public Limit {
      requireNonNull(name, "name");
      requireNonNull(interval, "interval");
    }
  }

  /**
   * What is asked of one counter.
   *
   * @param limit the family
   * @param key the counter
   * @param needs how much the counter must hold; 0 for no condition
   * @param takes how much is taken when all claims are granted
   */
  record Claim(Limit limit, String key, long needs, long takes) {}

  /** What was taken from one counter; means something to the store that gave it. */
  interface Reservation {
    /** Returns how much was taken. */
    long taken();
  }

  /**
   * What a counter holds.
   *
   * @param capacity the most it holds
   * @param remaining what it holds; negative while in debt
   * @param reset the time to its next fill
   */
  record Snapshot(long capacity, long remaining, Duration reset) {}

  /**
   * The answer to claims.
   *
   * @param refused the index of the claim that could not be granted, or -1 when all were
   * @param retryIn how long to wait until it could be; {@code null} if it never can, zero if all
   *     were granted
   * @param snapshots what each counter holds now, in the order of the claims
   * @param reservations what was taken, in the order of the claims; empty when nothing was
   */
  record Decision(
      int refused,
      @Nullable Duration retryIn,
      List<Snapshot> snapshots,
      List<Reservation> reservations) {
    /** Returns whether everything was taken. */
    public boolean granted() {
      return refused < 0;
    }
  }
}
