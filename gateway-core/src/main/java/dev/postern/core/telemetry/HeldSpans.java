package dev.postern.core.telemetry;

import io.opentelemetry.api.trace.Span;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The spans of calls that have ended while it is not known yet whether the request's own span is
 * kept. A span that is never told its end is never exported.
 */
final class HeldSpans {
  private final Queue<Held> waiting = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Boolean kept;

  private record Held(Span span, Instant end) {}

  /** Ends a span now, as soon as it is known whether it is kept. */
  void end(Span span) {
    waiting.add(new Held(span, Instant.now()));
    settle();
  }

  /** Ends those that wait, or forgets them; so it goes with all that come after. */
  void decide(boolean keep) {
    kept = keep;
    settle();
  }

  private void settle() {
    Boolean decided = kept;
    if (decided == null) {
      return;
    }
    for (Held held = waiting.poll(); held != null; held = waiting.poll()) {
      if (decided) {
        held.span.end(held.end);
      }
    }
  }
}
