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
  S create(D definition);

  /**
   * Adapts state to a changed definition; returns it, or other state that replaces it. Requests of
   * the earlier configuration may still use {@code state}. By default it is kept as it is.
   */
  default S adapt(S state, D before, D now) {
    return state;
  }

  /** Releases state that nobody uses any more. */
  default void close(S state) {}
}
