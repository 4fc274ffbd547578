package dev.postern.core.listener;

import io.netty.buffer.ByteBuf;

/*
 * Follows the chunked coding of one request body (RFC 9112 §7.1) with the strictness that the codec
 * lacks: line ends of two bytes, sizes of few digits, little room for extensions and trailers.
 */
final class ChunkScanner {
  private enum State {
    SIZE,
    EXTENSION,
    SIZE_END,
    DATA,
    DATA_CARRIAGE_RETURN,
    DATA_LINE_FEED,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LINE_END,
    LAST_LINE_FEED,
    DONE
  }

  private static final int MAX_DIGITS = 16;
  private static final int MAX_EXTENSION = 256;
  private static final int MAX_EXTENSIONS = 16 * 1024;

  private final int maxTrailerBytes;

  private State state = State.SIZE;
  private int digits;
  private long size;
  private int extension;
  private int extensions;
  private int trailerBytes;
  private boolean broken;

  ChunkScanner(int maxTrailerBytes) {
    this.maxTrailerBytes = maxTrailerBytes;
  }

  void reset() {
    state = State.SIZE;
    digits = 0;
    size = 0;
    extension = 0;
    extensions = 0;
    trailerBytes = 0;
    broken = false;
  }

  /** Returns whether the body breaks the rules. */
  boolean broken() {
    return broken;
  }

  /** Returns whether the body has ended. */
  boolean done() {
    return state == State.DONE;
  }

  /** Reads on from {@code from}; returns where the body ends, breaks or goes on later. */
  int scan(ByteBuf buf, int from) {
    int at = from;
    int end = buf.writerIndex();
    while (at < end && state != State.DONE) {
      if (state == State.DATA) {
        long skipped = Math.min(size, end - at);
        size -= skipped;
        at += (int) skipped;
        if (size == 0) {
          state = State.DATA_CARRIAGE_RETURN;
        }
        continue;
      }
      if (!accept(buf.getByte(at))) {
        broken = true;
        return at;
      }
      at++;
    }
    return at;
  }

  private boolean accept(byte b) {
    return switch (state) {
      case SIZE -> size(b);
      case EXTENSION -> extension(b);
      case SIZE_END -> b == '\n' && startData();
      case DATA_CARRIAGE_RETURN -> b == '\r' && go(State.DATA_LINE_FEED);
      case DATA_LINE_FEED -> b == '\n' && startSize();
      case TRAILER_START -> trailerStart(b);
      case TRAILER_NAME -> room() && (b == ':' ? go(State.TRAILER_VALUE) : Octets.isToken(b));
      case TRAILER_VALUE -> room() && (b == '\r' ? go(State.TRAILER_LINE_END) : Octets.isValue(b));
      case TRAILER_LINE_END -> b == '\n' && go(State.TRAILER_START);
      case LAST_LINE_FEED -> b == '\n' && go(State.DONE);
      case DATA, DONE -> throw new IllegalStateException();
    };
  }

  private boolean size(byte b) {
    int digit = Octets.hex(b);
    if (digit >= 0) {
      size = size * 16 + digit;
      // The codec counts in an int.
      return ++digits <= MAX_DIGITS && size <= Integer.MAX_VALUE;
    }
    if (digits == 0) {
      return false;
    }
    return switch (b) {
      case '\r' -> go(State.SIZE_END);
      case ';' -> extension(b);
      default -> false;
    };
  }

  private boolean extension(byte b) {
    state = State.EXTENSION;
    if (b == '\r') {
      return go(State.SIZE_END);
    }
    return Octets.isValue(b) && ++extension <= MAX_EXTENSION && ++extensions <= MAX_EXTENSIONS;
  }

  private boolean startData() {
    return go(size == 0 ? State.TRAILER_START : State.DATA);
  }

  private boolean startSize() {
    digits = 0;
    extension = 0;
    return go(State.SIZE);
  }

  private boolean trailerStart(byte b) {
    if (b == '\r') {
      return go(State.LAST_LINE_FEED);
    }
    return room() && Octets.isToken(b) && go(State.TRAILER_NAME);
  }

  private boolean room() {
    return ++trailerBytes <= maxTrailerBytes;
  }

  private boolean go(State next) {
    state = next;
    return true;
  }
}
