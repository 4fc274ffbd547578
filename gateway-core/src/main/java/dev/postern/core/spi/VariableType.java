package dev.postern.core.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The type of a variable, as expressions are checked against it. */
public sealed interface VariableType {
  /** A single value, or one of which nothing is known before it is there. */
  enum Scalar implements VariableType {
    /** A {@link Boolean}. */
    BOOLEAN,
    /** A {@link Long} or {@link Integer}. */
    INTEGER,
    /** A {@link Double}. */
    DOUBLE,
    /** A {@link String}. */
    STRING,
    /** A {@code byte[]}. */
    BYTES,
    /** A {@link java.time.Instant}. */
    TIMESTAMP,
    /** A {@link java.time.Duration}. */
    DURATION,
    /**
     * Any of the others, a {@link dev.postern.core.json.Json}, a {@link java.util.List} or a {@link
     * java.util.Map} by name.
     */
    ANY
  }

  /**
   * A {@link java.util.List} of values of one type.
   *
   * @param element the type of each
   */
  record Many(VariableType element) implements VariableType {}

  /**
   * Values by name: a {@link java.util.Map}.
   *
   * @param fields the names that are known, with their types
   * @param open whether there may be other names, of any type
   */
  record Fields(Map<String, VariableType> fields, boolean open) implements VariableType {
    /** Copies the map. */
    public Fields {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
  }
}
