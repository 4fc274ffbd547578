package dev.postern.core.http;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of server-sent events into runs of whole events, without decoding them.
 *
 * <p>Pieces may be cut anywhere. What follows the last whole event is kept for the next piece. A
 * piece that ends with an event, as most do, is handed on as it is. Not safe for concurrent use.
 */
public final class SseFrames {
  /** The longest event that is accepted by default: 2 MiB. */
  public static final int DEFAULT_LIMIT = 2 << 20;

  private static final byte[] NOTHING = new byte[0];

  private final int limit;
  private byte[] held = NOTHING;
  private int heldLength;

  /** Creates a cutter with the default limit. */
  public SseFrames() {
    this(DEFAULT_LIMIT);
  }

  /**
   * Creates a cutter.
   *
   * @param limit the longest event to accept, in bytes
   */
  public SseFrames(int limit) {
    this.limit = limit;
  }

  /**
   * Takes the next piece of the stream.
   *
   * @param piece what was read; its bytes must not change any more
   * @return the bytes of the events that are whole by now, backed by an array; or null if none is
   * @throws EventTooLargeException if the event that is under way passes the limit
   */
  public @Nullable ByteBuffer push(ByteBuffer piece) throws EventTooLargeException {
    if (heldLength == 0 && piece.hasArray()) {
      int from = piece.arrayOffset() + piece.position();
      int to = from + piece.remaining();
      int end = lastEnd(piece.array(), from, from, to);
      hold(piece.array(), Math.max(from, end), to);
      return end < 0 ? null : ByteBuffer.wrap(piece.array(), from, end - from);
    }
    int scanned = Math.max(0, heldLength - 1);
    append(piece);
    int end = lastEnd(held, 0, scanned, heldLength);
    if (end < 0) {
      checkLimit(heldLength);
      return null;
    }
    byte[] whole = held;
    int length = heldLength;
    held = NOTHING;
    heldLength = 0;
    hold(whole, end, length);
    return ByteBuffer.wrap(whole, 0, end);
  }

  /** Returns whether bytes of an unfinished event are kept. */
  public boolean isHolding() {
    return heldLength > 0;
  }

  /**
   * Returns what follows the last whole event, and forgets it. By the standard an event that the
   * end of the stream cuts short does not count.
   */
  public @Nullable ByteBuffer takeRest() {
    if (heldLength == 0) {
      return null;
    }
    ByteBuffer rest = ByteBuffer.wrap(held, 0, heldLength);
    held = NOTHING;
    heldLength = 0;
    return rest;
  }

  /**
   * Returns the index after the first blank line that ends in the range, or -1. A line ends with
   * CR, LF or both.
   */
  static int firstEnd(byte[] bytes, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      if (endsBlankLine(bytes, i)) {
        return afterLineFeed(bytes, i, to);
      }
    }
    return -1;
  }

  private static int lastEnd(byte[] bytes, int from, int scanned, int to) {
    for (int i = to - 1; i > from && i >= scanned; i--) {
      if (endsBlankLine(bytes, i)) {
        return afterLineFeed(bytes, i, to);
      }
    }
    return -1;
  }

  /** Two line ends in a row, which CR LF is not. */
  private static boolean endsBlankLine(byte[] bytes, int i) {
    byte last = bytes[i];
    if (last != '\n' && last != '\r') {
      return false;
    }
    byte before = bytes[i - 1];
    return before == '\n' || (before == '\r' && last == '\r');
  }

  private static int afterLineFeed(byte[] bytes, int i, int to) {
    boolean carriageReturn = bytes[i] == '\r';
    return carriageReturn && i + 1 < to && bytes[i + 1] == '\n' ? i + 2 : i + 1;
  }

  private void hold(byte[] bytes, int from, int to) throws EventTooLargeException {
    int length = to - from;
    checkLimit(length);
    if (length > 0) {
      held = Arrays.copyOfRange(bytes, from, from + Math.max(length, 256));
      heldLength = length;
    }
  }

  private void append(ByteBuffer piece) {
    int length = heldLength + piece.remaining();
    if (length > held.length) {
      held = Arrays.copyOf(held, Math.max(length, held.length * 2));
    }
    piece.duplicate().get(held, heldLength, piece.remaining());
    heldLength = length;
  }

  private void checkLimit(int length) throws EventTooLargeException {
    if (length > limit) {
      held = NOTHING;
      heldLength = 0;
      throw new EventTooLargeException(limit);
    }
  }
}
