package dev.postern.llm;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Calls an attempt off when its provider says nothing for too long.
 *
 * <p>Only waiting for the provider counts, not a reader that takes its time. One timer per stream
 * looks when the wait began and sets itself again, so that an event costs one write.
 */
final class IdleWatch {
  private final Scope scope;
  private final Timers timers;
  private final long nanos;
  private final GatewayException cause =
      Reason.TIMEOUT.exception("The provider sent nothing for too long");
  private volatile long waitingSince;
  private volatile boolean stopped;
  private Timers.@Nullable Timer timer;

  IdleWatch(Scope scope, Duration limit) {
    this.scope = scope;
    this.timers = scope.timers();
    this.nanos = limit.toNanos();
  }

  /** Notes that waiting begins. */
  void waiting(long now) {
    waitingSince = now == 0 ? 1 : now;
    if (timer == null && nanos > 0) {
      timer = timers.schedule(nanos, this::look);
    }
  }

  /** Notes that waiting is over. */
  void arrived() {
    waitingSince = 0;
  }

  /** Ends the watch. */
  void stop() {
    stopped = true;
    Timers.Timer timer = this.timer;
    if (timer != null) {
      timer.cancel();
    }
  }

  /** Returns whether the attempt was called off by this watch. */
  boolean fired() {
    return scope.cause() == cause;
  }

  private void look() {
    if (stopped) {
      return;
    }
    long since = waitingSince;
    long left = since == 0 ? nanos : since + nanos - timers.nanoTime();
    if (left > 0) {
      timer = timers.schedule(left, this::look);
    } else {
      scope.cancel(cause);
    }
  }
}
