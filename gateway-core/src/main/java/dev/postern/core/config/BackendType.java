package dev.postern.core.config;

import dev.postern.core.spi.Backend;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Makes one kind of backend reachable from YAML. Found by {@link java.util.ServiceLoader}.
 *
 * <p>The record of the backend is its schema: its components are the fields. A record of one
 * component may be written as the value of that component alone.
 */
public interface BackendType {
  /** Returns the YAML key, equal to the backend's {@link Backend#kind()}. */
  String key();

  /** Returns the record that describes the backend. */
  Class<? extends Backend> type();

  /**
   * Returns whether the backend may stand in the top-level {@code backends}, not only in routes.
   */
  default boolean named() {
    return true;
  }

  /**
   * Reads the backend, or returns null when something is wrong with it and {@code context} was told
   * what. By default the node is read as the record; override for shorthand forms.
   */
  default @Nullable Backend read(ConfigNode node, ConfigContext context) {
    return context.read(node, type());
  }

  /**
   * Returns the type whose YAML form describes the backend, for the JSON Schema: {@link #type}
   * unless {@link #read} reads something else.
   */
  default Type form() {
    return type();
  }

  /**
   * Returns what {@link #read} reads back as the backend: a record, or a list, map or scalar of
   * such. By default the backend itself.
   */
  default Object write(Backend backend) {
    return backend;
  }
}
