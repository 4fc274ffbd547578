package dev.postern.core.telemetry;

import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The label sets that metrics of one kind have so far, made once and kept.
 *
 * <p>Their number is bounded: what comes after counts under one set whose labels are {@code other}.
 * Safe for concurrent use.
 *
 * @param <K> what a label set is made of, with equality
 */
public final class LabelSets<K> {
  private final ConcurrentMap<K, Attributes> sets = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private final int max;
  private final Function<K, Attributes> labels;
  private final Function<K, Attributes> other;
  private final Runnable folded;

  /**
   * Returns no label sets yet.
   *
   * @param max the most sets, without {@code other}
   * @param labels makes a set
   * @param other makes the set for the rest
   * @param folded runs for each look-up that ends in {@code other}
   */
  public LabelSets(
      int max, Function<K, Attributes> labels, Function<K, Attributes> other, Runnable folded) {
    this.max = max;
    this.labels = labels;
    this.other = other;
    this.folded = folded;
  }

  /** Returns the label set for {@code key}. */
  public Attributes get(K key) {
    Attributes known = sets.get(key);
    return known == null ? add(key) : known;
  }

  private Attributes add(K key) {
    if (size.incrementAndGet() > max) {
      size.decrementAndGet();
      folded.run();
      return other.apply(key);
    }
    Attributes made = labels.apply(key);
    Attributes before = sets.putIfAbsent(key, made);
    if (before != null) {
      size.decrementAndGet();
      return before;
    }
    return made;
  }
}
