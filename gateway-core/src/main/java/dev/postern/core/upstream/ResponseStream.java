package dev.postern.core.upstream;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** The body of one response, pulled from its connection. */
final class ResponseStream implements BodyStream {
  private static final int IDLE = 0;
  private static final int READING = 1;
  private static final int ENDED = 2;
  private static final int CLOSED = 3;

  private final Response response;
  private final BufferedSource source;
  private final CallProgress progress;
  private final Scope scope;
  private final Runnable release;
  private final AtomicInteger state = new AtomicInteger(IDLE);
  private Headers trailers = Headers.EMPTY;

  /**
   * Creates the stream.
   *
   * @param release runs once, when the connection is not needed any more
   */
  ResponseStream(Response response, CallProgress progress, Scope scope, Runnable release) {
    this.response = response;
    this.source = response.body().source();
    this.progress = progress;
    this.scope = scope;
    this.release = release;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    if (!state.compareAndSet(IDLE, READING)) {
      if (state.get() == ENDED) {
        return null;
      }
      scope.check();
      throw new IOException("closed");
    }
    ByteBuffer piece;
    try {
      scope.check();
      piece = read();
    } catch (IOException e) {
      finish();
      throw progress.broken(e);
    } catch (GatewayException e) {
      finish();
      throw e;
    }
    if (piece == null) {
      finish();
      return null;
    }
    if (!state.compareAndSet(READING, IDLE)) {
      finish();
    }
    return piece;
  }

  private @Nullable ByteBuffer read() throws IOException {
    if (!source.request(1)) {
      trailers = HeaderRelay.trailers(response.trailers());
      return null;
    }
    byte[] piece = new byte[(int) source.getBuffer().size()];
    source.readFully(piece);
    return ByteBuffer.wrap(piece);
  }

  private void finish() {
    state.compareAndSet(READING, ENDED);
    response.close();
    release.run();
  }

  @Override
  public boolean ready() {
    return state.get() != IDLE || source.getBuffer().size() > 0;
  }

  @Override
  public Headers trailers() {
    return trailers;
  }

  @Override
  public void close() {
    int before = state.getAndUpdate(now -> now == ENDED ? ENDED : CLOSED);
    if (before == READING) {
      progress.cancel();
    } else if (before == IDLE) {
      // Without this OkHttp reads on for a while in the hope to keep the connection.
      if (!skipBuffered()) {
        progress.cancel();
      }
      response.close();
      release.run();
    }
  }

  /** Returns whether the rest was there already, so that the connection is free again. */
  private boolean skipBuffered() {
    try {
      // A passed deadline lets buffered bytes be read, but fails before it reads from the socket.
      source.timeout().deadlineNanoTime(System.nanoTime());
      while (source.request(1)) {
        source.skip(source.getBuffer().size());
      }
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      source.timeout().clearDeadline();
    }
  }
}
