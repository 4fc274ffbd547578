package dev.postern.core.config;

import dev.postern.core.Section;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Makes one top-level section reachable from YAML. Found by {@link java.util.ServiceLoader}.
 *
 * <p>The record of the section is its schema: its components are the fields.
 */
public interface ConfigSection {
  /** Returns the YAML key, equal to the section's {@link Section#kind()}. */
  String key();

  /** Returns the record that describes the section. */
  Class<? extends Section> type();

  /**
   * Reads the section, or returns null when something is wrong with it and {@code context} was told
   * what. By default the node is read as the record.
   */
  default @Nullable Section read(ConfigNode node, ConfigContext context) {
    return context.read(node, type());
  }

  /**
   * Returns the type whose YAML form describes the section, for the JSON Schema: {@link #type}
   * unless {@link #read} reads something else.
   */
  default Type form() {
    return type();
  }

  /** Returns what {@link #read} reads back as the section. By default the section itself. */
  default Object write(Section section) {
    return section;
  }
}
