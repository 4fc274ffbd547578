package dev.postern.core.routing;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values by hostname, searched from the most specific hostname to the least: exact, then wildcards
 * with the longest suffix first, then any. The cost depends on the labels of the host asked for and
 * not on the number of entries. Not safe for concurrent changes; safe to search.
 */
public final class HostTable<V> {
  private final Map<String, V> exact = new HashMap<>();
  private final Map<String, V> below = new HashMap<>();
  private @Nullable V any;

  /** Creates a table without values. */
  public HostTable() {}

  /** Returns the value of {@code hostname}, after putting in a new one if there was none. */
  public V at(Hostname hostname, Supplier<V> make) {
    return switch (hostname) {
      case Hostname.Exact(String host) -> exact.computeIfAbsent(host, key -> make.get());
      case Hostname.Below(String suffix) -> below.computeIfAbsent(suffix, key -> make.get());
      case Hostname.Any() -> {
        V value = any;
        if (value == null) {
          value = make.get();
          any = value;
        }
        yield value;
      }
    };
  }

  /** Returns the value of the most specific hostname that matches {@code host}, or null. */
  public @Nullable V find(String host) {
    return search(host, value -> value);
  }

  /**
   * Asks {@code question} of the values whose hostname matches {@code host}, most specific first,
   * and returns the first answer that is not null.
   *
   * @param host in canonical form, without a port
   */
  public <R> @Nullable R search(String host, Function<V, @Nullable R> question) {
    V value = exact.get(host);
    R answer = value == null ? null : question.apply(value);
    if (answer == null && !below.isEmpty()) {
      for (int dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1)) {
        value = below.get(host.substring(dot));
        answer = value == null ? null : question.apply(value);
        if (answer != null) {
          return answer;
        }
      }
    }
    if (answer == null && any != null) {
      answer = question.apply(any);
    }
    return answer;
  }

  /** Hands every hostname's value to {@code action}. */
  void forEach(Consumer<V> action) {
    exact.values().forEach(action);
    below.values().forEach(action);
    if (any != null) {
      action.accept(any);
    }
  }
}
