package dev.postern.core.exchange;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Names a typed value that one layer leaves on the exchange for another.
 *
 * <p>Make one per value, in a static field: each takes a slot of its own on every exchange. Two
 * keys are never equal, whatever their names.
 *
 * @param <T> the type of the value
 */
@SuppressWarnings("UnusedTypeParameter") // the type is for get and set of Exchange
public final class AttributeKey<T> {
  private static final AtomicInteger NEXT_SLOT = new AtomicInteger();

  final int slot = NEXT_SLOT.getAndIncrement();
  private final String name;

  private AttributeKey(String name) {
    this.name = requireNonNull(name, "name");
  }

  /** Returns a new key; the name is for readers of dumps. */
  public static <T> AttributeKey<T> of(String name) {
    return new AttributeKey<>(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
