package dev.postern.policy.cel;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.StructValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An object whose fields are read when an expression names them. */
abstract class View extends StructValue<String, Object> {
  /** Returns the value of a field as the engine knows it, or null when there is none. */
  abstract @Nullable Object field(String name);

  /** Returns the names of the fields that make up the whole, each value once. */
  abstract List<String> names();

  /** Returns all fields that have values; headers without what is secret in them. */
  final Map<String, Object> whole() {
    Map<String, Object> whole = new LinkedHashMap<>();
    for (String name : names()) {
      Object value = field(name);
      if (value != null) {
        whole.put(name, value instanceof HeaderView headers ? headers.redacted() : value);
      }
    }
    return whole;
  }

  @Override
  public final Object select(String field) {
    Object value = field(field);
    if (value == null) {
      throw CelAttributeNotFoundException.forFieldResolution(field);
    }
    return value;
  }

  @Override
  public final Optional<Object> find(String field) {
    return Optional.ofNullable(field(field));
  }

  @Override
  public final Object value() {
    return this;
  }

  @Override
  public final boolean isZeroValue() {
    return false;
  }

  @Override
  public final CelType celType() {
    return SimpleType.DYN;
  }
}
