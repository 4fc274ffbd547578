package dev.postern.core.testing;

import dev.postern.core.http.BodyStream;
import dev.postern.core.http.ServerSentEvent;
import dev.postern.core.http.SseWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Chunks as server-sent events; one that stalls stops after the first until it is closed. */
final class StreamedAnswer implements BodyStream {
  private final List<String> chunks;
  private final @Nullable Semaphore whenAbandoned;
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();
  private int next;

  /**
   * Makes a stream.
   *
   * @param whenAbandoned released when a stream that stalls is closed; null for one that does not
   */
  StreamedAnswer(List<String> chunks, @Nullable Semaphore whenAbandoned) {
    this.chunks = chunks;
    this.whenAbandoned = whenAbandoned;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    if (next > 0 && whenAbandoned != null) {
      awaitClose();
    }
    return next < chunks.size()
        ? ByteBuffer.wrap(SseWriter.bytes(ServerSentEvent.of(chunks.get(next++))))
        : null;
  }

  private void awaitClose() throws IOException {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while stalling");
    }
    throw new IOException("the stalled answer was given up");
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      end.countDown();
      if (whenAbandoned != null) {
        whenAbandoned.release();
      }
    }
  }
}
