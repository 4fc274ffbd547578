package dev.postern.core.http;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events from a body, as the HTML standard says.
 *
 * <p>Comments, unknown fields and events without data are left out; so is an event that the end of
 * the stream cuts short. Bytes that are not UTF-8 become replacement characters. For one thread;
 * {@link #close} may come from any.
 */
public final class SseReader implements AutoCloseable {
  private final BodyStream stream;
  private final SseFrames frames;
  private final SseFrame frame = new SseFrame();

  /** Creates a reader that accepts events of up to 2 MiB. */
  public SseReader(BodyStream stream) {
    this(stream, SseFrames.DEFAULT_LIMIT);
  }

  /**
   * Creates a reader.
   *
   * @param limit the longest event to accept, in bytes, names of fields and comments included
   */
  public SseReader(BodyStream stream, int limit) {
    this.stream = requireNonNull(stream, "stream");
    this.frames = new SseFrames(limit);
  }

  /**
   * Returns the next event, waiting for it, or null at the end.
   *
   * @throws EventTooLargeException if an event passes the limit
   * @throws IOException if the stream breaks off
   */
  public @Nullable ServerSentEvent next() throws IOException {
    while (!frame.next()) {
      ByteBuffer piece = stream.next();
      if (piece == null) {
        return null;
      }
      ByteBuffer events = frames.push(piece);
      if (events != null) {
        frame.over(events);
      }
    }
    return frame.decode();
  }

  /**
   * Returns the id to resume after, or null if none was set. Unlike the id of an event it is also
   * set by events without data, and stays.
   */
  public @Nullable String lastEventId() {
    return frame.lastId();
  }

  /** Returns the reconnection time that was set last in milliseconds, or null. */
  public @Nullable Long retry() {
    return frame.lastRetry();
  }

  @Override
  public void close() {
    stream.close();
  }
}
