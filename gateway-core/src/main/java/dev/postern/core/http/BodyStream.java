package dev.postern.core.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Content in pieces, pulled by one reader.
 *
 * <p>Reading blocks the calling thread, so a slow reader slows the source down and nothing else.
 * The reader must {@linkplain #close close} the stream, also when it did not read to the end; that
 * is how the source learns that nobody wants the rest. One thread reads; {@code close} may come
 * from any thread, once or more, and ends a read that waits.
 *
 * <p>An exchange that is called off does not close its streams by itself while somebody waits in
 * them. A handler that makes a stream which can wait has it closed by the scope: {@code
 * exchange.scope().onCancel(stream::close)}.
 */
public interface BodyStream extends AutoCloseable {
  /**
   * Returns the next piece, waiting for it, or null at the end. A piece is never empty, and it
   * belongs to the caller: the stream does not touch its bytes again.
   *
   * @throws IOException if the content breaks off before its end
   */
  @Nullable ByteBuffer next() throws IOException;

  /**
   * Returns whether {@link #next} would answer without waiting. A writer flushes when it would not.
   */
  default boolean ready() {
    return false;
  }

  /** Returns the trailer lines; none before {@link #next} has returned null. */
  default Headers trailers() {
    return Headers.EMPTY;
  }

  /** Releases the source. Does nothing when called again. */
  @Override
  void close();

  /** Returns a stream of one piece. */
  static BodyStream of(ByteBuffer piece) {
    return new BodyStream() {
      private @Nullable ByteBuffer rest = piece.hasRemaining() ? piece : null;

      @Override
      public @Nullable ByteBuffer next() {
        ByteBuffer next = rest;
        rest = null;
        return next;
      }

      @Override
      public boolean ready() {
        return true;
      }

      @Override
      public void close() {
        rest = null;
      }
    };
  }
}
