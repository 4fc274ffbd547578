package dev.postern.core;

/**
 * A top-level section of the configuration that stands for binds, routes and backends, as {@code
 * llm} does. An immutable record whose components are named as the YAML fields.
 */
public interface Section {
  /** Returns the YAML key. */
  String kind();

  /**
   * Adds what the section stands for to {@code config}. Names it makes begin with its kind and a
   * colon.
   *
   * @throws IllegalArgumentException if the section cannot work as described
   */
  void expand(GatewayConfig.Builder config);
}
