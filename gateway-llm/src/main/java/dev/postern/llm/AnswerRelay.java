package dev.postern.llm;

import dev.postern.core.http.BodyStream;
import dev.postern.core.http.Headers;
import dev.postern.llm.usage.AnswerWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Relays a buffered answer as the bytes it comes in, and reads along. */
final class AnswerRelay implements BodyStream {
  private final BodyStream stream;
  private final AnswerWatch watch;

  AnswerRelay(BodyStream stream, AnswerWatch watch) {
    this.stream = stream;
    this.watch = watch;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    ByteBuffer piece = stream.next();
    if (piece == null) {
      watch.end();
    } else {
      watch.pass(piece);
    }
    return piece;
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
    stream.close();
  }
}
