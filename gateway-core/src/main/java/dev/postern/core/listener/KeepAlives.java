package dev.postern.core.listener;

import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The event streams of one listener, and the one task that looks which of them fell silent. */
final class KeepAlives {
  private static final long LEAST_TICK = TimeUnit.MILLISECONDS.toNanos(10);

  private final Timers timers;
  private volatile long intervalNanos;
  private final Set<KeepAliveStream> streams = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean ticking = new AtomicBoolean();

  KeepAlives(Timers timers, @Nullable Duration interval) {
    this.timers = timers;
    interval(interval);
  }

  /** Sets after how long a silence a comment is written into the streams that come, or null. */
  void interval(@Nullable Duration interval) {
    intervalNanos = interval == null ? 0 : interval.toNanos();
  }

  /** Watches the relay of {@code answer} if it is an event stream; otherwise returns null. */
  @Nullable KeepAliveStream watch(GatewayResponse answer, ResponseWriter writer) {
    String type = answer.header("content-type");
    if (type == null || !type.regionMatches(true, 0, "text/event-stream", 0, 17)) {
      return null;
    }
    KeepAliveStream stream = new KeepAliveStream(this, writer, intervalNanos);
    streams.add(stream);
    if (intervalNanos > 0 && ticking.compareAndSet(false, true)) {
      schedule();
    }
    return stream;
  }

  void forget(KeepAliveStream stream) {
    streams.remove(stream);
  }

  Timers timers() {
    return timers;
  }

  /** Says goodbye in all streams that are between two events. */
  void finish() {
    streams.forEach(KeepAliveStream::finish);
  }

  private void schedule() {
    timers.schedule(Math.max(LEAST_TICK, intervalNanos / 4), this::tick);
  }

  private void tick() {
    long now = timers.nanoTime();
    streams.forEach(stream -> stream.tick(now));
    ticking.set(false);
    if (!streams.isEmpty() && ticking.compareAndSet(false, true)) {
      schedule();
    }
  }
}
