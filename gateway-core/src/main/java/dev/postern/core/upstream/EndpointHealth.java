package dev.postern.core.upstream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** What is known of the health of one endpoint. Safe for concurrent use, without locks. */
public final class EndpointHealth {
  private static final double ALPHA = 0.3;

  private final AtomicInteger pending = new AtomicInteger();
  private final Average health = new Average(1);
  private final Average latencySeconds = new Average(0);
  private final AtomicReference<Standing> standing = new AtomicReference<>(Standing.GOOD);

  /** Creates the health of an endpoint without failures. */
  public EndpointHealth() {}

  /** Returns the health, 0 to 1: 1 for an endpoint without failures. */
  public double health() {
    return health.get();
  }

  /** Returns the average time to the response head, in seconds. */
  public double latencySeconds() {
    return latencySeconds.get();
  }

  /** Returns the number of requests under way. */
  public int pending() {
    return pending.get();
  }

  /** Returns the number of unhealthy results since the last healthy one. */
  public int consecutiveFailures() {
    return standing.get().failures;
  }

  /** Returns how often the endpoint was evicted since the last healthy result. */
  public int ejections() {
    return standing.get().ejections;
  }

  /** Returns what makes one endpoint preferable to another: the larger, the better. */
  double score() {
    return health.get() / (1 + latencySeconds.get() * (1 + 0.1 * pending.get()));
  }

  void begin() {
    pending.incrementAndGet();
  }

  void end() {
    pending.decrementAndGet();
  }

  /** Returns whether the endpoint is out, after taking it back if its time is over. */
  boolean evicted(long nowNanos) {
    Standing now = standing.get();
    if (!now.out) {
      return false;
    }
    if (nowNanos - now.untilNanos < 0) {
      return true;
    }
    if (standing.compareAndSet(now, new Standing(0, now.ejections, false, 0, 0))) {
      health.set(now.restoreHealth);
    }
    return false;
  }

  /** Returns until when the endpoint is out; meaningful only while it is. */
  long evictedUntilNanos() {
    return standing.get().untilNanos;
  }

  void succeeded(HealthResult result) {
    record(result);
    Standing now = standing.get();
    while ((now.failures != 0 || now.ejections != 0)
        && !standing.compareAndSet(
            now, new Standing(0, 0, now.out, now.untilNanos, now.restoreHealth))) {
      now = standing.get();
    }
  }

  /** Returns the unhealthy results in a row before this one. */
  int failed(HealthResult result) {
    record(result);
    return standing.getAndUpdate(now ->
            new Standing(
                now.failures + 1, now.ejections, now.out, now.untilNanos, now.restoreHealth))
        .failures;
  }

  void evict(long untilNanos, double restoreHealth) {
    standing.updateAndGet(
        now -> new Standing(now.failures, now.ejections + 1, true, untilNanos, restoreHealth));
  }

  private void record(HealthResult result) {
    health.add(result.unhealthy() ? 0 : 1);
    if (result.status() != 0) {
      // A connection that is refused at once does not make a fast endpoint.
      latencySeconds.add(result.latencyNanos() / 1e9);
    }
  }

  /**
   * Failures and absence, changed as one.
   *
   * @param failures unhealthy results in a row
   * @param ejections times evicted since the last healthy result
   * @param out whether it is evicted, until {@code untilNanos}
   * @param restoreHealth the health to return with
   */
  private record Standing(
      int failures, int ejections, boolean out, long untilNanos, double restoreHealth) {
    static final Standing GOOD = new Standing(0, 0, false, 0, 0);
  }

  /** An exponentially weighted moving average. */
  private static final class Average {
    private final AtomicLong bits;

    Average(double start) {
      bits = new AtomicLong(Double.doubleToRawLongBits(start));
    }

    double get() {
      return Double.longBitsToDouble(bits.get());
    }

    void set(double value) {
      bits.set(Double.doubleToRawLongBits(value));
    }

    void add(double value) {
      bits.updateAndGet(old ->
          Double.doubleToRawLongBits(ALPHA * value + (1 - ALPHA) * Double.longBitsToDouble(old)));
    }
  }
}
