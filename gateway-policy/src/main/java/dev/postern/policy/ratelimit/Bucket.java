package dev.postern.policy.ratelimit;

import java.util.concurrent.atomic.AtomicLong;

/*
 * One counter. Its whole state is one long, so that taking, settling and refilling are one
 * compare-and-set each: what it holds in the upper 36 bits, with a sign, and the number of the last
 * fill that was counted in the lower 28. Fills happen at fixed times from the making of the bucket,
 * but nobody runs then: whoever looks at the bucket next adds what has come in since.
 *
 * Fill numbers are compared modulo 2^28. A bucket is full long before that many intervals have gone
 * by, so all that a turn of the counter could do is to count too few fills, once.
 */
final class Bucket extends AtomicLong {
  /** The largest capacity, so that ten times as much of debt still fits. */
  static final long MAX_CAPACITY = 3_000_000_000L;

  private static final long serialVersionUID = 1L;
  private static final int FILL_BITS = 28;
  private static final long FILL_MASK = (1L << FILL_BITS) - 1;
  private static final long MAX_AHEAD = 1L << 16;

  /** Marks a bucket that is out of use; no state of a bucket in use has this value. */
  private static final long GONE = Long.MIN_VALUE;

  private final long madeNanos;

  Bucket(long madeNanos, long tokens) {
    super(pack(tokens, 0));
    this.madeNanos = madeNanos;
  }

  /**
   * How a bucket fills.
   *
   * @param capacity the most it holds
   * @param refill what comes in with each fill
   * @param intervalNanos the time between fills
   */
  record Shape(long capacity, long refill, long intervalNanos) {
    long floor() {
      return Math.max(-10 * capacity, -10 * MAX_CAPACITY);
    }
  }

  /** Takes {@code takes} if the bucket holds {@code needs}; returns whether it did, or is gone. */
  Taken take(Shape shape, long now, long needs, long takes) {
    long fill = fill(shape, now);
    while (true) {
      long state = get();
      if (state == GONE) {
        return Taken.GONE;
      }
      long tokens = tokens(state, fill, shape);
      if (needs > 0 && tokens < needs) {
        return Taken.REFUSED;
      }
      long left = Math.max(tokens - takes, shape.floor());
      if (takes == 0 || compareAndSet(state, pack(left, later(state, fill)))) {
        return Taken.GRANTED;
      }
    }
  }

  /** Charges {@code more}, which is negative to give back; returns false if the bucket is gone. */
  boolean charge(Shape shape, long now, long more) {
    long fill = fill(shape, now);
    while (true) {
      long state = get();
      if (state == GONE) {
        return false;
      }
      long tokens = tokens(state, fill, shape);
      long left =
          Math.clamp(
              tokens - Math.min(more, 20 * shape.capacity()), shape.floor(), shape.capacity());
      if (compareAndSet(state, pack(left, later(state, fill)))) {
        return true;
      }
    }
  }

  /** Returns what the bucket holds; one that is gone was full. */
  long tokens(Shape shape, long now) {
    long state = get();
    return state == GONE ? shape.capacity() : tokens(state, fill(shape, now), shape);
  }

  /** Returns the time to the fill with the given number from now, 1 for the next. */
  long nanosToFill(Shape shape, long now, long number) {
    long interval = shape.intervalNanos();
    long first = interval - Math.floorMod(now - madeNanos, interval);
    long further = number - 1;
    return further > (Long.MAX_VALUE - first) / interval
        ? Long.MAX_VALUE
        : first + further * interval;
  }

  /** Keeps the share of the capacity that the bucket holds. */
  void rescale(Shape before, Shape after, long now) {
    long fill = fill(before, now);
    while (true) {
      long state = get();
      if (state == GONE) {
        return;
      }
      double share = (double) tokens(state, fill, before) / before.capacity();
      long tokens = (long) Math.floor(share * after.capacity());
      if (compareAndSet(state, pack(tokens, later(state, fill)))) {
        return;
      }
    }
  }

  /** Takes the bucket out of use if it is full, and so no different from a new one. */
  boolean retireIfFull(Shape shape, long now) {
    long state = get();
    return state != GONE
        && tokens(state, fill(shape, now), shape) >= shape.capacity()
        && compareAndSet(state, GONE);
  }

  /** What came of taking. */
  enum Taken {
    GRANTED,
    REFUSED,
    GONE
  }

  private long fill(Shape shape, long now) {
    return (now - madeNanos) / shape.intervalNanos() & FILL_MASK;
  }

  private static long tokens(long state, long fill, Shape shape) {
    long tokens = state >> FILL_BITS;
    long fills = fill - (state & FILL_MASK) & FILL_MASK;
    if (fills == 0 || isAhead(fills)) {
      return Math.min(tokens, shape.capacity());
    }
    long missing = shape.capacity() - tokens;
    return fills > missing / shape.refill() ? shape.capacity() : tokens + fills * shape.refill();
  }

  /** Another thread may have looked at the clock after this one, and come first all the same. */
  private static boolean isAhead(long fills) {
    return fills > FILL_MASK - MAX_AHEAD;
  }

  private static long later(long state, long fill) {
    return isAhead(fill - (state & FILL_MASK) & FILL_MASK) ? state & FILL_MASK : fill;
  }

  private static long pack(long tokens, long fill) {
    return tokens << FILL_BITS | fill;
  }
}
