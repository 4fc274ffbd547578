package dev.postern.llm.usage;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the names of models that become labels of metrics: clients could send any number of them.
 * Safe for concurrent use.
 */
final class ModelNames {
  private static final String OTHER = "other";

  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final AtomicInteger size = new AtomicInteger();
  private final int max;

  ModelNames(int max) {
    this.max = max;
  }

  /** Returns the name itself while there are not too many, else {@code other}. */
  String label(String name) {
    if (known.contains(name)) {
      return name;
    }
    if (size.incrementAndGet() > max) {
      size.decrementAndGet();
      return OTHER;
    }
    if (!known.add(name)) {
      size.decrementAndGet();
    }
    return name;
  }
}
