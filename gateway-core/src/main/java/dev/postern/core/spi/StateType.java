package dev.postern.core.spi;

/**
 * How one kind of state that outlives configurations is made, adapted and closed.
 *
 * <p>Keep one instance in a static field: the instance is part of the key.
 *
 * @param <D> what state is made for, with equality
 * @param <S> the state, safe for concurrent use
 */
public interface StateType<D, S> {
  /** Makes state. */
  S create(D definition, GatewayContext context);

  /**
   * Adapts state to a changed definition, in place, when the configuration that changed it takes
   * effect. Requests of the earlier configuration may still use the state. By default it stays as
   * it is; what cannot change in place belongs into the key.
   */
  default void adapt(S state, D before, D now) {}

  /** Releases state that nobody uses any more. */
  default void close(S state) {}
}
