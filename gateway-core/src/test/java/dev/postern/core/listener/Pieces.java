package dev.postern.core.listener;

import dev.postern.core.http.BodyStream;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A body whose pieces a test hands in one by one. */
final class Pieces implements BodyStream {
  private static final Object END = new Object();
  private static final Object BREAK = new Object();

  final BlockingQueue<Object> pieces = new LinkedBlockingQueue<>();
  final CountDownLatch closed = new CountDownLatch(1);
  final AtomicInteger asked = new AtomicInteger();
  private Headers trailers = Headers.EMPTY;

  static Pieces of(String... texts) {
    Pieces pieces = new Pieces();
    for (String text : texts) {
      pieces.add(text);
    }
    return pieces.end();
  }

  Pieces add(String text) {
    pieces.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  Pieces end() {
    pieces.add(END);
    return this;
  }

  Pieces endsBadly() {
    pieces.add(BREAK);
    return this;
  }

  Pieces trailers(Headers trailers) {
    this.trailers = trailers;
    return this;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    asked.incrementAndGet();
    try {
      Object next = pieces.take();
      if (next == END) {
        return null;
      }
      if (next == BREAK) {
        throw new IOException("broken on purpose");
      }
      return (ByteBuffer) next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public boolean ready() {
    return !pieces.isEmpty();
  }

  @Override
  public Headers trailers() {
    return trailers;
  }

  @Override
  public void close() {
    closed.countDown();
    pieces.add(BREAK);
  }
}
