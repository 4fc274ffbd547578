package dev.postern.llm.select;

import dev.postern.core.http.GatewayRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds where a call goes. Safe for concurrent use. */
public interface Resolver {
  /**
   * Returns where a call for a model goes.
   *
   * @param model the model after aliases, or null if the call names none
   * @throws dev.postern.core.exchange.GatewayException if it goes nowhere
   */
  Resolution resolve(@Nullable String model, GatewayRequest request);

  /**
   * Returns where a call on a path that nobody knows goes, or null if that cannot be told.
   *
   * @param model the model, or null if none was found
   */
  @Nullable Resolution resolveUnknown(@Nullable String model, GatewayRequest request);

  /** Returns whether calls on paths that nobody knows are read along. */
  boolean detects(@Nullable String model, GatewayRequest request);

  /** Returns the models that clients may ask for by name. */
  List<Listed> list();

  /**
   * A model that clients may ask for.
   *
   * @param id its name
   * @param owner who serves it
   */
  record Listed(String id, String owner) {}
}
