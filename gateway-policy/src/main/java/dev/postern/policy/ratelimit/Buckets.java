package dev.postern.policy.ratelimit;

import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.CounterStore.Snapshot;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.StateType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one limit, one for each key.
 *
 * <p>Never more than a number of keys. A bucket that has filled up again is no different from a new
 * one, so it is dropped when room is needed. While there is none, new keys share one bucket of ten
 * times the size: callers who invent keys reset nobody's limit and take no memory. Safe for
 * concurrent use, without locks.
 */
final class Buckets {
  static final StateType<Definition, Buckets> STATE =
      new StateType<>() {
        @Override
        public Buckets create(Definition definition, GatewayContext context) {
          return new Buckets(definition, context.timers());
        }

        @Override
        public void adapt(Buckets buckets, Definition before, Definition now) {
          buckets.adapt(now);
        }
      };

  private static final int LONGEST_KEY = 128;
  private static final int SHARED_SIZE = 10;

  private final Timers timers;
  private final ConcurrentHashMap<String, Bucket> byKey = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong nextSweep;
  private final Bucket overflow;
  private volatile Definition definition;

  /**
   * What buckets are made for.
   *
   * @param shape how each fills
   * @param maxKeys the most buckets
   */
  record Definition(Bucket.Shape shape, int maxKeys) {
    Bucket.Shape shared() {
      return new Bucket.Shape(
          shape.capacity() * SHARED_SIZE, shape.refill(), shape.intervalNanos());
    }
  }

  Buckets(Definition definition, Timers timers) {
    this.timers = timers;
    this.definition = definition;
    long now = timers.nanoTime();
    this.nextSweep = new AtomicLong(now);
    this.overflow = new Bucket(now, definition.shared().capacity());
  }

  /** A bucket with how it fills. */
  record Found(Bucket bucket, Bucket.Shape shape) {}

  /** Returns the name of the bucket for a key: long ones cost no more than short ones. */
  static String name(String key) {
    if (key.length() <= LONGEST_KEY) {
      return key;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return "sha256:"
          + HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java has it
    }
  }

  /** Returns whether the bucket of a key holds that much, without making one. */
  boolean holds(String key, long needs) {
    if (needs <= 0) {
      return true;
    }
    Found found = look(key);
    return found.bucket().tokens(found.shape(), timers.nanoTime()) >= needs;
  }

  /** Returns the bucket of a key, or one like the one it would get. */
  private Found look(String key) {
    Definition definition = this.definition;
    Bucket bucket = byKey.get(key);
    if (bucket != null) {
      return new Found(bucket, definition.shape());
    }
    return count.get() < definition.maxKeys()
        ? new Found(made(definition), definition.shape())
        : new Found(overflow, definition.shared());
  }

  private Bucket made(Definition definition) {
    return new Bucket(timers.nanoTime(), definition.shape().capacity());
  }

  /** Returns the bucket of a key, a new one if need be. */
  Found find(String key) {
    Definition definition = this.definition;
    Bucket bucket = byKey.get(key);
    if (bucket != null) {
      return new Found(bucket, definition.shape());
    }
    if (!reserve(definition)) {
      return new Found(overflow, definition.shared());
    }
    Bucket made = made(definition);
    Bucket before = byKey.putIfAbsent(key, made);
    if (before != null) {
      count.decrementAndGet();
    }
    return new Found(before == null ? made : before, definition.shape());
  }

  /** Takes if the bucket of the key holds enough; returns where it took, or null. */
  @Nullable Found take(String key, long needs, long takes) {
    while (true) {
      Found found = find(key);
      switch (found.bucket().take(found.shape(), timers.nanoTime(), needs, takes)) {
        case GRANTED -> {
          return found;
        }
        case REFUSED -> {
          return null;
        }
        case GONE -> byKey.remove(key, found.bucket());
      }
    }
  }

  /** Charges a bucket that was taken from before, or what stands in its place now. */
  void charge(String key, Bucket takenFrom, long more) {
    if (more == 0) {
      return;
    }
    Found found =
        takenFrom == overflow
            ? new Found(overflow, definition.shared())
            : new Found(takenFrom, definition.shape());
    while (!found.bucket().charge(found.shape(), timers.nanoTime(), more)) {
      byKey.remove(key, found.bucket());
      found = find(key);
    }
  }

  /** Returns what the bucket of a key holds. */
  Snapshot snapshot(String key) {
    Found found = look(key);
    long now = timers.nanoTime();
    return new Snapshot(
        found.shape().capacity(),
        found.bucket().tokens(found.shape(), now),
        Duration.ofNanos(found.bucket().nanosToFill(found.shape(), now, 1)));
  }

  /** Returns how long it takes until the bucket of a key holds that much; null for ever. */
  @Nullable Duration untilHolds(String key, long needs) {
    Found found = look(key);
    Bucket.Shape shape = found.shape();
    if (needs > shape.capacity()) {
      return null;
    }
    long now = timers.nanoTime();
    long missing = Math.max(1, needs - found.bucket().tokens(shape, now));
    long fills = (missing - 1) / shape.refill() + 1;
    return Duration.ofNanos(found.bucket().nanosToFill(shape, now, fills));
  }

  /** Returns how many buckets there are. */
  int size() {
    return count.get();
  }

  private boolean reserve(Definition definition) {
    if (count.incrementAndGet() <= definition.maxKeys()) {
      return true;
    }
    count.decrementAndGet();
    sweep(definition);
    if (count.incrementAndGet() <= definition.maxKeys()) {
      return true;
    }
    count.decrementAndGet();
    return false;
  }

  /** Drops full buckets, once in an interval at most: nothing fills up in between. */
  private void sweep(Definition definition) {
    long now = timers.nanoTime();
    long next = nextSweep.get();
    if (now - next < 0 || !nextSweep.compareAndSet(next, now + definition.shape.intervalNanos())) {
      return;
    }
    byKey.forEach((key, bucket) -> {
      if (bucket.retireIfFull(definition.shape(), now) && byKey.remove(key, bucket)) {
        count.decrementAndGet();
      }
    });
  }

  private void adapt(Definition now) {
    Definition before = definition;
    definition = now;
    long nanos = timers.nanoTime();
    byKey.values().forEach(bucket -> bucket.rescale(before.shape(), now.shape(), nanos));
    overflow.rescale(before.shared(), now.shared(), nanos);
  }
}
