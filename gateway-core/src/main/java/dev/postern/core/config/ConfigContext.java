package dev.postern.core.config;

import dev.postern.core.spi.PolicySet;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** What a type that reads its own YAML is given to do it with. Used by one thread. */
public interface ConfigContext {
  /**
   * Reads a node as a value of that type: a record, a sealed interface, an enum, a scalar.
   *
   * @return the value, or null when something is wrong and was noted
   */
  <T> @Nullable T read(ConfigNode node, Class<T> type);

  /**
   * Reads a node as a value of a type with parameters, such as a list of records.
   *
   * @return the value, or null when something is wrong and was noted
   */
  @Nullable Object readType(ConfigNode node, Type type);

  /**
   * Reads the fields of a map as policies.
   *
   * @return the policies without those with which something is wrong and was noted
   */
  PolicySet policies(ConfigNode node, PolicyPlace place);

  /** Returns the whole document, for what can be told only by looking at other parts of it. */
  ConfigNode document();

  /** Notes that the configuration cannot be used. The message must not hold a secret. */
  void error(ConfigCode code, ConfigNode at, String message);

  /** Notes that something probably does not do what was meant. */
  void warning(ConfigCode code, ConfigNode at, String message);
}
