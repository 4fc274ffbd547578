package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A streamed request body that knows whether an attempt has taken anything of it.
 *
 * <p>An attempt that failed to connect has not, so another may still send it. The stream is closed
 * with the exchange, or by the attempt that began to read it.
 */
final class SingleUse implements BodyStream {
  private final BodyStream stream;
  private volatile boolean touched;

  private SingleUse(BodyStream stream) {
    this.stream = stream;
  }

  static Body of(Exchange exchange, Body body) {
    SingleUse stream = new SingleUse(body.open());
    exchange.onEnd(outcome -> stream.stream.close());
    return Body.of(stream, body.length());
  }

  /** Returns whether {@code body} is a stream of which nothing was taken yet. */
  static boolean untouched(Body body) {
    return body instanceof Body.Streamed streamed
        && streamed.open() instanceof SingleUse stream
        && !stream.touched;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    touched = true;
    return stream.next();
  }

  @Override
  public boolean ready() {
    return stream.ready();
  }

  @Override
  public Headers trailers() {
    return stream.trailers();
  }

  @Override
  public void close() {
    if (touched) {
      stream.close();
    }
  }
}
