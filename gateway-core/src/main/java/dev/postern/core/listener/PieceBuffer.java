package dev.postern.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Pieces of a body that leave together. A single piece is not copied. */
final class PieceBuffer {
  private static final int MOST = 32 * 1024;

  private @Nullable ByteBuffer single;
  private @Nullable ByteBuf several;

  /** Adds a piece, unless it would be too much. An empty buffer takes a piece of any size. */
  boolean add(ByteBuffer piece) {
    if (isEmpty()) {
      single = piece;
      return true;
    }
    if (size() + piece.remaining() > MOST) {
      return false;
    }
    if (several == null && single != null) {
      several = Unpooled.buffer(Math.max(4096, 2 * (single.remaining() + piece.remaining())));
      several.writeBytes(single);
      single = null;
    }
    if (several != null) {
      several.writeBytes(piece);
    }
    return true;
  }

  boolean isEmpty() {
    return single == null && several == null;
  }

  int size() {
    if (several != null) {
      return several.readableBytes();
    }
    return single == null ? 0 : single.remaining();
  }

  /** Takes all out. */
  Buffer take() {
    ByteBuf all =
        several != null
            ? several
            : single == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(single);
    several = null;
    single = null;
    return BufferInternal.buffer(all);
  }
}
