package dev.postern.core.listener;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One event stream that is being relayed. A comment may only be written between two events, while
 * the relaying thread waits for the next piece.
 */
final class KeepAliveStream {
  private static final byte[] COMMENT = ": keep-alive\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GOODBYE = ": closing\n\n".getBytes(StandardCharsets.US_ASCII);

  private final KeepAlives all;
  private final ResponseWriter writer;
  private final long intervalNanos;
  private final ReentrantLock lock = new ReentrantLock();

  // All guarded by lock.
  private boolean waiting;
  private long lastWritten;
  private int tail;
  private boolean empty = true;

  KeepAliveStream(KeepAlives all, ResponseWriter writer, long intervalNanos) {
    this.all = all;
    this.writer = writer;
    this.intervalNanos = intervalNanos;
    this.lastWritten = all.timers().nanoTime();
  }

  /** The relaying thread is about to wait for a piece. */
  void waits() {
    set(true);
  }

  /** The relaying thread has its piece. */
  void goesOn() {
    set(false);
  }

  private void set(boolean waiting) {
    lock.lock();
    try {
      this.waiting = waiting;
    } finally {
      lock.unlock();
    }
  }

  /** Notes what is being written. */
  void wrote(ByteBuffer piece) {
    lock.lock();
    try {
      int end = piece.limit();
      for (int i = Math.max(piece.position(), end - 4); i < end; i++) {
        tail = tail << 8 | (piece.get(i) & 0xff);
        empty = false;
      }
      lastWritten = all.timers().nanoTime();
    } finally {
      lock.unlock();
    }
  }

  void tick(long now) {
    lock.lock();
    try {
      if (intervalNanos > 0 && waiting && isBetweenEvents() && now - lastWritten >= intervalNanos) {
        lastWritten = now;
        writer.writeComment(COMMENT);
      }
    } finally {
      lock.unlock();
    }
  }

  void finish() {
    lock.lock();
    try {
      if (waiting && isBetweenEvents()) {
        writer.writeComment(GOODBYE);
      }
    } finally {
      lock.unlock();
    }
  }

  void stop() {
    all.forget(this);
    goesOn();
  }

  /** Returns whether what was written ends with an empty line, whichever line ends it has. */
  private boolean isBetweenEvents() {
    if (empty) {
      return true;
    }
    int last = tail & 0xff;
    int before = tail >> 8 & 0xff;
    if (last == '\n' && before == '\r') {
      before = tail >> 16 & 0xff;
    }
    return (last == '\n' || last == '\r') && (before == '\n' || before == '\r');
  }
}
