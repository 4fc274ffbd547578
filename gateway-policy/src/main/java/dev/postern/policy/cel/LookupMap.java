package dev.postern.policy.cel;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import dev.cel.common.values.SelectableValue;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map as the engine likes it. Any other it looks through as a whole, for values it does not know,
 * each time that one of its members is named.
 */
abstract class LookupMap extends CelValue implements SelectableValue<Object>, Map<Object, Object> {
  private static final CelType TYPE = MapType.create(SimpleType.DYN, SimpleType.DYN);

  /** Returns a map of values that the engine knows. */
  static LookupMap of(Map<?, ?> values) {
    return new Fixed(values);
  }

  @Override
  public abstract @Nullable Object get(@Nullable Object key);

  /** Returns all members. */
  abstract Map<?, ?> all();

  @Override
  public final Object select(Object key) {
    Object value = get(key);
    if (value == null) {
      throw CelAttributeNotFoundException.forMissingMapKey(String.valueOf(key));
    }
    return value;
  }

  @Override
  public final Optional<Object> find(Object key) {
    return Optional.ofNullable(get(key));
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return get(key) != null;
  }

  @Override
  public final Object value() {
    return this;
  }

  @Override
  public final boolean isZeroValue() {
    return isEmpty();
  }

  @Override
  public final CelType celType() {
    return TYPE;
  }

  @Override
  public int size() {
    return all().size();
  }

  @Override
  public final boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public final boolean containsValue(@Nullable Object value) {
    return all().containsValue(value);
  }

  @Override
  public final Set<Object> keySet() {
    return members().keySet();
  }

  @Override
  public final Collection<Object> values() {
    return members().values();
  }

  @Override
  public final Set<Entry<Object, Object>> entrySet() {
    return members().entrySet();
  }

  @SuppressWarnings("unchecked") // nobody writes
  private Map<Object, Object> members() {
    return (Map<Object, Object>) all();
  }

  @Override
  public final @Nullable Object put(Object key, Object value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final @Nullable Object remove(@Nullable Object key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void putAll(Map<? extends Object, ? extends Object> map) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void clear() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other || all().equals(other);
  }

  @Override
  public final int hashCode() {
    return all().hashCode();
  }

  @Override
  public final String toString() {
    return all().toString();
  }

  @SuppressWarnings("Immutable") // nobody writes
  private static final class Fixed extends LookupMap {
    private final Map<?, ?> values;

    Fixed(Map<?, ?> values) {
      this.values = values;
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      return values.get(key);
    }

    @Override
    Map<?, ?> all() {
      return values;
    }
  }
}
