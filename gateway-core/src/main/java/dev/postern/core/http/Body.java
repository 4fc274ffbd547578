package dev.postern.core.http;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The content of a message: nothing, bytes in memory, or a stream that is pulled.
 *
 * <p>Empty and bytes can be sent any number of times; a stream is read once.
 */
public sealed interface Body {
  /** Returns the body without content. */
  static Body empty() {
    return Empty.INSTANCE;
  }

  /** Returns a body of these bytes, which must not be changed any more. */
  static Body of(byte[] bytes) {
    return bytes.length == 0 ? Empty.INSTANCE : new Bytes(bytes);
  }

  /** Returns a body of this text in UTF-8. */
  static Body of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a body that is pulled from {@code stream}, of unknown length. */
  static Body of(BodyStream stream) {
    return new Streamed(stream, -1);
  }

  /**
   * Returns a body that is pulled from {@code stream}.
   *
   * @param length its length in bytes, or -1 when unknown
   */
  static Body of(BodyStream stream, long length) {
    return new Streamed(stream, length);
  }

  /** Returns the length in bytes, or -1 when only its end will tell. */
  long length();

  /** Returns whether the body can be sent again after it was sent once. */
  boolean replayable();

  /** Opens the content for reading. A {@link Streamed} body gives its one stream each time. */
  BodyStream open();

  /** Releases what the body holds, without reading it. Does nothing for bytes in memory. */
  default void discard() {}

  /**
   * Reads all of the content into memory, blocking.
   *
   * @param limit the most bytes to accept
   * @throws BodyTooLargeException if there are more than {@code limit} bytes; the rest is discarded
   * @throws IOException if reading fails
   */
  default byte[] readAll(long limit) throws IOException {
    if (length() > limit) {
      discard();
      throw new BodyTooLargeException(limit);
    }
    try (BodyStream stream = open()) {
      ByteBuffer first = stream.next();
      if (first == null) {
        return new byte[0];
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream(Math.max(512, first.remaining()));
      for (ByteBuffer piece = first; piece != null; piece = stream.next()) {
        if (all.size() + (long) piece.remaining() > limit) {
          throw new BodyTooLargeException(limit);
        }
        append(piece, all);
      }
      return all.toByteArray();
    }
  }

  private static void append(ByteBuffer piece, ByteArrayOutputStream all) {
    if (piece.hasArray()) {
      all.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
    } else {
      byte[] copy = new byte[piece.remaining()];
      piece.get(copy);
      all.writeBytes(copy);
    }
  }

  /** No content. */
  final class Empty implements Body {
    private static final Empty INSTANCE = new Empty();

    private Empty() {}

    @Override
    public long length() {
      return 0;
    }

    @Override
    public boolean replayable() {
      return true;
    }

    @Override
    public BodyStream open() {
      return BodyStream.of(ByteBuffer.allocate(0));
    }

    @Override
    public byte[] readAll(long limit) {
      return new byte[0];
    }

    @Override
    public String toString() {
      return "Body.Empty";
    }
  }

  /** Content in memory. */
  final class Bytes implements Body {
    private final byte[] bytes;

    private Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    /** Returns the content itself, not a copy; it must not be changed. */
    public byte[] array() {
      return bytes;
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public boolean replayable() {
      return true;
    }

    @Override
    public BodyStream open() {
      return BodyStream.of(ByteBuffer.wrap(bytes));
    }

    @Override
    public byte[] readAll(long limit) throws IOException {
      if (bytes.length > limit) {
        throw new BodyTooLargeException(limit);
      }
      return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Bytes body && Arrays.equals(bytes, body.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return "Body.Bytes[" + bytes.length + "]";
    }
  }

  /** Content that is pulled once. */
  final class Streamed implements Body {
    private final BodyStream stream;
    private final long length;

    private Streamed(BodyStream stream, long length) {
      this.stream = requireNonNull(stream, "stream");
      this.length = length;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public boolean replayable() {
      return false;
    }

    @Override
    public BodyStream open() {
      return stream;
    }

    @Override
    public void discard() {
      stream.close();
    }

    @Override
    public String toString() {
      return "Body.Streamed[" + (length < 0 ? "unknown length" : length) + "]";
    }
  }
}
