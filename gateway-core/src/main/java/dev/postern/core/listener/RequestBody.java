package dev.postern.core.listener;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.ClientBodyException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * The body of a request, handed from the event loop to the thread that runs the exchange. It holds
 * little: the event loop stops reading from the client while nobody reads here. Only the event loop
 * pauses and resumes, so that the two never overtake one another; and nothing of Vert.x is called
 * with the lock held, because Vert.x calls in here with locks of its own.
 */
final class RequestBody implements BodyStream {
  private static final int PAUSE_ABOVE = 64 * 1024;
  private static final int RESUME_BELOW = 16 * 1024;
  static final String CUT_OFF = "request body cut off";

  private final HttpServerRequest request;
  private final Context context;
  private final Exchange exchange;
  private final long idleNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by lock.
  private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();
  private int buffered;
  private boolean paused;
  private boolean started;
  private boolean ended;
  private boolean closed;
  private boolean continueWanted;
  private boolean clientGone;
  private @Nullable ClientBodyException failure;
  private long arrived;
  private long read;

  /**
   * Starts to take the body in. On the event loop, while the head is handled.
   *
   * @param gone told that the client has left
   */
  RequestBody(
      HttpServerRequest request,
      Exchange exchange,
      Duration idleTimeout,
      boolean continueWanted,
      Runnable gone) {
    this.request = request;
    this.context = ((HttpServerRequestInternal) request).context();
    this.exchange = exchange;
    this.idleNanos = idleTimeout.toNanos();
    this.continueWanted = continueWanted;
    request.handler(this::arrive);
    request.endHandler(end -> end());
    request.exceptionHandler(cause -> {
      if (cause instanceof HttpClosedException || cause instanceof StreamResetException) {
        gone.run();
      }
      fail(400, CUT_OFF, cause);
    });
  }

  private void arrive(Buffer buffer) {
    boolean full;
    lock.lock();
    try {
      started = true;
      arrived += buffer.length();
      if (closed || buffer.length() == 0) {
        return;
      }
      pieces.add(((BufferInternal) buffer).getByteBuf().nioBuffer());
      buffered += buffer.length();
      full = !paused && buffered > PAUSE_ABOVE;
      paused |= full;
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (full) {
      request.pause();
    }
  }

  /** Lets the client go on if there is room. On the event loop. */
  private void resume() {
    lock.lock();
    try {
      if (!paused || ended || buffered >= RESUME_BELOW) {
        return;
      }
      paused = false;
    } finally {
      lock.unlock();
    }
    request.resume();
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes that no more will come, without waking a reader: whatever ends because of that shall find
   * the exchange called off.
   */
  void clientGone() {
    lock.lock();
    try {
      clientGone = true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends reading with a fault of the client's; the first one counts. */
  void fail(int status, String message, @Nullable Throwable cause) {
    lock.lock();
    try {
      if (failure == null && !ended) {
        failure = new ClientBodyException(status, message, cause);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Wakes a reader whose exchange was called off. */
  void wake() {
    lock.lock();
    try {
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the body has ended without a byte. */
  boolean isEmpty() {
    lock.lock();
    try {
      return ended && arrived == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether all of the body has come in. */
  boolean isComplete() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the body was broken or the client was never told to send it. */
  boolean isUnusable() {
    lock.lock();
    try {
      return failure != null || (continueWanted && !started);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes have come in. */
  long arrived() {
    lock.lock();
    try {
      return arrived;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    sendContinue();
    ByteBuffer piece;
    boolean room;
    lock.lock();
    try {
      piece = await();
      if (piece == null) {
        return null;
      }
      buffered -= piece.remaining();
      read += piece.remaining();
      room = paused && buffered < RESUME_BELOW;
    } finally {
      lock.unlock();
    }
    exchange.record().requestBytes(read);
    if (room) {
      context.runOnContext(later -> resume());
    }
    return piece;
  }

  private void sendContinue() {
    boolean send;
    lock.lock();
    try {
      send = continueWanted && !started && !closed;
      continueWanted = false;
    } finally {
      lock.unlock();
    }
    if (send) {
      request.response().writeContinue();
    }
  }

  private @Nullable ByteBuffer await() throws IOException {
    long rest = idleNanos;
    while (true) {
      ByteBuffer piece = pieces.poll();
      if (piece != null) {
        return piece;
      }
      if (failure != null) {
        throw failure;
      }
      if (ended || closed) {
        return null;
      }
      if (clientGone && exchange.scope().cancelled()) {
        failure = new ClientBodyException(400, CUT_OFF, null);
        throw failure;
      }
      exchange.scope().check();
      if (rest <= 0) {
        failure = new ClientBodyException(408, "request timeout", null);
        throw failure;
      }
      try {
        rest = changed.awaitNanos(rest);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        exchange.scope().cancel(Reason.CANCELLED.exception("interrupted", e));
      }
    }
  }

  @Override
  public boolean ready() {
    lock.lock();
    try {
      return !pieces.isEmpty() || ended || failure != null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      pieces.clear();
      buffered = 0;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Lets what is still coming in pass by. */
  void discardRest() {
    close();
    context.runOnContext(later -> resume());
  }
}
