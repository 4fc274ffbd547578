package dev.postern.core.listener;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/*
 * Reads the head of one HTTP/1 request byte by byte, before Netty's codec does, and refuses what
 * RFC 9112 forbids or leaves open. A codec repairs such heads, each in its own way, and a repaired
 * head is how requests are smuggled past a proxy: what is refused here is never repaired anywhere.
 * The scanner keeps positions relative to the start of the head, so that a head which comes in
 * pieces is looked at once.
 */
final class HeadScanner {
  /** How the length of the body is told. */
  enum Framing {
    NONE,
    LENGTH,
    CHUNKED
  }

  private enum State {
    EMPTY_LINES,
    METHOD,
    TARGET,
    VERSION,
    LINE_START,
    NAME,
    VALUE,
    DONE
  }

  private static final int MAX_METHOD = 32;
  private static final int MAX_EMPTY_LINES = 2;
  private static final int WINDOW = 1024;

  private final HttpLimits limits;

  private State state = State.EMPTY_LINES;
  private int position;
  private int partStart;
  private int emptyLines;
  private int lines;
  private boolean afterCarriageReturn;
  private boolean oldVersion;
  private HeadField field = HeadField.OTHER;
  private boolean lengthSeen;
  private boolean codingSeen;
  private Framing framing = Framing.NONE;
  private long length;
  private @Nullable Refusal refusal;

  HeadScanner(HttpLimits limits) {
    this.limits = limits;
  }

  /** Makes ready for the next head. */
  void reset() {
    state = State.EMPTY_LINES;
    position = 0;
    partStart = 0;
    emptyLines = 0;
    lines = 0;
    afterCarriageReturn = false;
    oldVersion = false;
    lengthSeen = false;
    codingSeen = false;
    framing = Framing.NONE;
    length = 0;
    refusal = null;
  }

  /** Returns the length of the head as far as it was read. */
  int position() {
    return position;
  }

  /** Returns whether more than empty lines was read. */
  boolean started() {
    return state != State.EMPTY_LINES;
  }

  /** Returns how the body is framed. */
  Framing framing() {
    return framing;
  }

  /** Returns the length of the body, for {@link Framing#LENGTH}. */
  long length() {
    return length;
  }

  /** Returns why the head is refused, or null. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  /**
   * Reads on.
   *
   * @param base where the head starts in {@code buf}
   * @return whether the head is complete; if not, more is needed or it is refused
   */
  boolean scan(ByteBuf buf, int base) {
    // One byte more than allowed is enough to refuse.
    int most = Math.min(buf.writerIndex() - base, limits.maxHeaderBytes() + 1);
    while (position < most && refusal == null && state != State.DONE) {
      // Bytes of an array are read several times as fast as those of a buffer outside the heap.
      byte[] window = new byte[Math.min(WINDOW, most - position)];
      buf.getBytes(base + position, window);
      scan(window, buf, base);
    }
    if (refusal == null && position > limits.maxHeaderBytes()) {
      refusal = Refusal.HEAD_TOO_LARGE;
    }
    return refusal == null && state == State.DONE;
  }

  private void scan(byte[] window, ByteBuf buf, int base) {
    int start = position;
    int end = position + window.length;
    while (position < end && refusal == null && state != State.DONE) {
      if (state == State.VALUE && !afterCarriageReturn) {
        // Most bytes of a head are here, so they get a loop of their own.
        int at = position - start;
        while (at < window.length && Octets.isValue(window[at])) {
          at++;
        }
        position = start + at;
        if (position == end) {
          return;
        }
      }
      byte b = window[position - start];
      if (afterCarriageReturn) {
        lineFeed(b);
      } else {
        switch (state) {
          case EMPTY_LINES -> emptyLine(b);
          case METHOD -> method(b);
          case TARGET -> target(b);
          case VERSION -> version(buf, base, b);
          case LINE_START -> lineStart(b);
          case NAME -> name(buf, base, b);
          case VALUE -> value(buf, base, b);
          case DONE -> throw new IllegalStateException();
        }
      }
      position++;
    }
  }

  private void lineFeed(byte b) {
    afterCarriageReturn = false;
    if (b != '\n') {
      refusal = Refusal.INVALID;
    } else if (state == State.LINE_START) {
      finish();
    } else if (state == State.EMPTY_LINES) {
      if (++emptyLines > MAX_EMPTY_LINES) {
        refusal = Refusal.INVALID;
      }
    } else {
      state = State.LINE_START;
    }
  }

  private void emptyLine(byte b) {
    if (b == '\r') {
      afterCarriageReturn = true;
    } else {
      state = State.METHOD;
      partStart = position;
      method(b);
    }
  }

  private void method(byte b) {
    if (b == ' ' && position > partStart) {
      state = State.TARGET;
      partStart = position + 1;
    } else if (!Octets.isToken(b) || position - partStart >= MAX_METHOD) {
      refusal = Refusal.INVALID;
    }
  }

  private void target(byte b) {
    if (b == ' ' && position > partStart) {
      state = State.VERSION;
      partStart = position + 1;
    } else if (b <= ' ' || b == 0x7f) {
      // Also what is negative, which is not ASCII.
      refusal = Refusal.INVALID;
    } else if (position - partStart >= limits.maxUriBytes()) {
      refusal = Refusal.URI_TOO_LONG;
    }
  }

  private void version(ByteBuf buf, int base, byte b) {
    int at = position - partStart;
    boolean fits =
        switch (at) {
          case 0, 1, 2, 3, 4 -> b == "HTTP/".charAt(at);
          case 6 -> b == '.';
          case 5, 7 -> b >= '0' && b <= '9';
          default -> b == '\r';
        };
    if (!fits) {
      refusal = Refusal.INVALID;
    } else if (at == 8) {
      afterCarriageReturn = true;
      byte minor = buf.getByte(base + position - 1);
      if (buf.getByte(base + position - 3) != '1' || minor > '1') {
        refusal = Refusal.VERSION;
      }
      oldVersion = minor == '0';
    }
  }

  private void lineStart(byte b) {
    if (b == '\r') {
      afterCarriageReturn = true;
    } else if (!Octets.isToken(b)) {
      // A folded line, a line feed alone, an empty name.
      refusal = Refusal.INVALID;
    } else if (++lines > limits.http1MaxHeaders()) {
      refusal = Refusal.HEAD_TOO_LARGE;
    } else {
      state = State.NAME;
      partStart = position;
    }
  }

  private void name(ByteBuf buf, int base, byte b) {
    if (b == ':') {
      field = HeadField.of(buf, base + partStart, position - partStart);
      state = State.VALUE;
      partStart = position + 1;
    } else if (!Octets.isToken(b)) {
      refusal = Refusal.INVALID;
    }
  }

  /** Takes what ends a value. */
  private void value(ByteBuf buf, int base, byte b) {
    if (b != '\r') {
      refusal = Refusal.INVALID;
      return;
    }
    afterCarriageReturn = true;
    if (field != HeadField.OTHER) {
      important(buf, base + partStart, base + position);
    }
  }

  private void important(ByteBuf buf, int valueStart, int valueEnd) {
    int start = Octets.skipSpace(buf, valueStart, valueEnd);
    int end = Octets.trimSpace(buf, start, valueEnd);
    switch (field) {
      case CONTENT_LENGTH -> contentLength(buf, start, end);
      case TRANSFER_ENCODING -> transferEncoding(Octets.lowerCase(buf, start, end));
      // RFC 9113 §3.1 removed the upgrade to HTTP/2. It is ignored here, where the codec would take
      // it, by writing another token over it.
      case UPGRADE -> Octets.spoil(buf, start, end, "h2c");
      case OTHER -> {}
    }
  }

  private void contentLength(ByteBuf buf, int start, int end) {
    long value = Octets.decimal(buf, start, end);
    if (lengthSeen || value < 0) {
      refusal = Refusal.INVALID;
    }
    lengthSeen = true;
    length = value;
  }

  private void transferEncoding(String coding) {
    if (codingSeen) {
      refusal = Refusal.INVALID;
    } else if (!coding.equals("chunked")) {
      refusal =
          switch (coding) {
            case "gzip", "x-gzip", "deflate", "compress", "x-compress", "identity", "br", "zstd" ->
                Refusal.NOT_IMPLEMENTED;
            default -> Refusal.INVALID;
          };
    } else if (oldVersion) {
      refusal = Refusal.INVALID;
    }
    codingSeen = true;
  }

  private void finish() {
    state = State.DONE;
    if (codingSeen && lengthSeen) {
      refusal = Refusal.INVALID;
    } else if (codingSeen) {
      framing = Framing.CHUNKED;
    } else if (length > 0) {
      framing = Framing.LENGTH;
    }
  }
}
