package dev.postern.core.telemetry;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The values that one label has had: the first few stay, all others are one. */
final class BoundedValues {
  /** The most values of a label. */
  static final int MAX = 500;

  /** The longest value; what is longer says too little to be told apart by the rest. */
  private static final int LENGTH = 256;

  private final Set<String> values = ConcurrentHashMap.newKeySet();
  private final AtomicInteger size = new AtomicInteger();

  /** Returns what stands for {@code value} in a label. */
  String label(String value) {
    String shown = LogText.shown(value.length() > LENGTH ? value.substring(0, LENGTH) : value);
    if (values.contains(shown)) {
      return shown;
    }
    if (size.incrementAndGet() > MAX) {
      size.decrementAndGet();
      return "other";
    }
    if (!values.add(shown)) {
      size.decrementAndGet();
    }
    return shown;
  }
}
