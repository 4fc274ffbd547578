package dev.postern.core.upstream;

import java.util.concurrent.atomic.AtomicBoolean;

/** A member that was chosen for one attempt. */
public final class Choice<T> {
  private final T target;
  private final EndpointHealth health;
  private final AtomicBoolean ended = new AtomicBoolean();

  Choice(T target, EndpointHealth health) {
    this.target = target;
    this.health = health;
    health.begin();
  }

  /** Returns what was chosen. */
  public T target() {
    return target;
  }

  /** Returns its health. */
  public EndpointHealth health() {
    return health;
  }

  /** Ends the request, which no longer counts as under way; does nothing when called again. */
  public void end() {
    if (ended.compareAndSet(false, true)) {
      health.end();
    }
  }
}
