package dev.postern.core.listener;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/*
 * The content of one response on its way from the thread that relays it to the event loop. A piece
 * wakes the event loop; what comes until it gets there leaves with it. So a piece that comes alone
 * leaves at once, and pieces that come close upon each other share one write, whatever their source
 * can tell about what it still has.
 */
final class Outbox {
  private final HttpServerResponse response;
  private final ClientConnection connection;
  private final Runnable drained;

  // Keeps the order of writes: held while pieces are taken out and written.
  private final ReentrantLock lock = new ReentrantLock();
  private final PieceBuffer pieces = new PieceBuffer();
  private boolean scheduled;

  /**
   * Creates an empty one.
   *
   * @param drained told on the event loop after pieces were written
   */
  Outbox(HttpServerResponse response, ClientConnection connection, Runnable drained) {
    this.response = response;
    this.connection = connection;
    this.drained = drained;
  }

  /** Adds a piece; returns false if others have to leave before it. */
  boolean add(ByteBuffer piece) {
    lock.lock();
    try {
      return pieces.add(piece);
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return pieces.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Sees to it that all that was added leaves soon. */
  void send() {
    lock.lock();
    try {
      if (scheduled || pieces.isEmpty()) {
        return;
      }
      scheduled = true;
    } finally {
      lock.unlock();
    }
    connection.onEventLoop(this::drain);
  }

  private void drain() {
    lock.lock();
    try {
      scheduled = false;
      if (!pieces.isEmpty()) {
        response.write(pieces.take());
      }
    } finally {
      lock.unlock();
    }
    drained.run();
  }

  /** Ends the response with what is left. */
  Future<Void> end() {
    lock.lock();
    try {
      return pieces.isEmpty() ? response.end() : response.end(pieces.take());
    } finally {
      lock.unlock();
    }
  }
}
