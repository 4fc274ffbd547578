package dev.postern.llm;

import dev.postern.core.exchange.Timers;
import dev.postern.core.http.BodyStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One read of a stream in a thread of its own, so that whoever waits for it can give up waiting and
 * come back later. Waiting ends by the coarse timers of the gateway: a wait of a virtual thread
 * with a limit of its own would cost more than the read.
 */
final class Reading {
  private final BodyStream stream;
  private @Nullable ByteBuffer piece;
  private @Nullable Throwable failure;
  private volatile boolean done;
  private volatile boolean late;
  private volatile @Nullable Thread waiting;

  private Reading(BodyStream stream) {
    this.stream = stream;
  }

  /** Begins to read the next piece. */
  static Reading start(BodyStream stream) {
    Reading reading = new Reading(stream);
    Thread.ofVirtual().name("postern-first-content").start(reading::read);
    return reading;
  }

  private void read() {
    try {
      piece = stream.next();
    } catch (Throwable e) {
      failure = e;
    }
    done = true;
    LockSupport.unpark(waiting);
  }

  /**
   * Returns the piece, or null at the end of the stream, waiting for it.
   *
   * @throws IOException if reading failed
   * @throws InterruptedException if the waiting thread is interrupted
   */
  @Nullable ByteBuffer await() throws IOException, InterruptedException {
    late = false;
    return waited();
  }

  /**
   * Returns the piece, or null at the end of the stream, waiting for it as long as told.
   *
   * @throws TimeoutException if it did not come in time; the read goes on
   * @throws IOException if reading failed
   * @throws InterruptedException if the waiting thread is interrupted
   */
  @Nullable ByteBuffer await(Timers timers, long nanos)
      throws IOException, InterruptedException, TimeoutException {
    Timers.Timer timer = timers.schedule(nanos, this::giveUp);
    try {
      ByteBuffer piece = waited();
      if (!done) {
        throw new TimeoutException();
      }
      return piece;
    } finally {
      timer.cancel();
    }
  }

  private void giveUp() {
    late = true;
    LockSupport.unpark(waiting);
  }

  private @Nullable ByteBuffer waited() throws IOException, InterruptedException {
    waiting = Thread.currentThread();
    try {
      while (!done && !late) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        LockSupport.park(this);
      }
    } finally {
      waiting = null;
    }
    if (!done) {
      return null;
    }
    return switch (failure) {
      case null -> piece;
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(failure);
    };
  }
}
