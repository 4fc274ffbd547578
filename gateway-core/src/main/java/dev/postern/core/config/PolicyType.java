package dev.postern.core.config;

import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.Policy;
import java.lang.reflect.Type;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes one kind of policy reachable from YAML. Found by {@link java.util.ServiceLoader}.
 *
 * <p>The record of the policy is its schema: its components are the fields.
 */
public interface PolicyType {
  /** Returns the YAML key, equal to the policy's {@link Policy#kind()}. */
  String key();

  /** Returns the record that describes the policy. */
  Class<? extends Policy> type();

  /** Returns where the policy may be written. */
  Set<PolicyPlace> places();

  /**
   * Returns whether the policy may be written as {@code conditional}, a list of such policies with
   * conditions, at gateways, routes and the {@code llm} section. It is an {@link
   * dev.postern.core.spi.InterceptingPolicy} then.
   */
  default boolean conditional() {
    return false;
  }

  /**
   * Looks at policies with conditions that were read, for what is probably not meant.
   *
   * @param node the object that holds them
   */
  default void check(ConditionalPolicy policy, ConfigNode node, ConfigContext context) {}

  /**
   * Reads the policy, or returns null when something is wrong with it and {@code context} was told
   * what. By default the node is read as the record; override for shorthand forms.
   */
  default @Nullable Policy read(ConfigNode node, ConfigContext context) {
    return context.read(node, type());
  }

  /**
   * Returns the type whose YAML form describes the policy, for the JSON Schema: {@link #type}
   * unless {@link #read} reads something else.
   */
  default Type form() {
    return type();
  }

  /**
   * Returns what {@link #read} reads back as the policy: a record, or a list, map or scalar of
   * such. By default the policy itself.
   */
  default Object write(Policy policy) {
    return policy;
  }
}
