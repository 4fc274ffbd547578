package dev.postern.core.spi;

import dev.postern.core.exchange.AttributeKey;

/**
 * Which models the caller may ask for. A policy that knows leaves it in the exchange; backends that
 * serve models ask. Without it every model is allowed.
 */
@FunctionalInterface
public interface ModelAccess {
  /** Where it is left. */
  AttributeKey<ModelAccess> KEY = AttributeKey.of("modelAccess");

  /** Returns whether the caller may ask for the model of that name. */
  boolean allows(String model);
}
