package dev.postern.core.telemetry;

import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the beginning of a body while it passes, for expressions that are evaluated at the end.
 *
 * <p>The body is never held up. What is kept counts as memory of the process; when there is none
 * left, the rest is not kept.
 */
final class Recording {
  private static final int STEP = 64 * 1024;

  private final Telemetry.Memory memory;
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
  private Body.@Nullable Bytes whole;
  private long held;
  private boolean truncated;
  private boolean ended;

  /**
   * Creates a recording.
   *
   * @param limit the most bytes that are kept
   */
  Recording(Telemetry.Memory memory, int limit) {
    this.memory = memory;
    this.limit = limit;
  }

  /** Returns a body that is the same, and is kept as it is read. */
  Body of(Body body) {
    return switch (body) {
      case Body.Empty empty -> empty;
      case Body.Bytes bytes -> {
        if (bytes.length() <= limit) {
          whole = bytes;
        } else {
          keep(ByteBuffer.wrap(bytes.array()));
        }
        yield bytes;
      }
      case Body.Streamed streamed -> {
        truncated = streamed.length() != 0;
        yield Body.of(new Recorded(streamed.open(), streamed.length()), streamed.length());
      }
    };
  }

  /** Returns what was kept, and keeps nothing more. */
  Body end() {
    lock.lock();
    try {
      ended = true;
      if (whole != null) {
        return whole;
      }
      return kept.size() == 0 ? Body.empty() : Body.of(kept.toByteArray());
    } finally {
      lock.unlock();
    }
  }

  /** Gives the memory back. */
  void release() {
    lock.lock();
    try {
      ended = true;
      memory.release(held);
      held = 0;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether there was or may be more than what was kept. */
  boolean truncated() {
    lock.lock();
    try {
      return truncated;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Keeps what there is room for; returns whether that was all. Whoever ends the exchange may do so
   * while somebody else still reads.
   */
  private boolean keep(ByteBuffer piece) {
    lock.lock();
    try {
      int length = Math.min(piece.remaining(), limit - kept.size());
      if (ended || !hold(kept.size() + (long) length)) {
        truncated = true;
        return false;
      }
      byte[] copy = new byte[length];
      piece.duplicate().get(copy);
      kept.writeBytes(copy);
      truncated |= length < piece.remaining();
      return length == piece.remaining();
    } finally {
      lock.unlock();
    }
  }

  private void complete() {
    lock.lock();
    try {
      truncated = false;
    } finally {
      lock.unlock();
    }
  }

  private boolean hold(long size) {
    if (size <= held) {
      return true;
    }
    long more = Math.max(size - held, STEP);
    if (!memory.hold(more)) {
      return false;
    }
    held += more;
    return true;
  }

  private final class Recorded implements BodyStream {
    private final BodyStream stream;
    private final long length;
    private long read;
    private boolean keeping = true;

    Recorded(BodyStream stream, long length) {
      this.stream = stream;
      this.length = length;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
      ByteBuffer piece = stream.next();
      if (piece != null) {
        read += piece.remaining();
        keeping = keeping && keep(piece);
      }
      // Whoever knows the length does not ask for the end.
      if (keeping && (piece == null || read == length)) {
        complete();
      }
      return piece;
    }

    @Override
    public boolean ready() {
      return stream.ready();
    }

    @Override
    public Headers trailers() {
      return stream.trailers();
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
