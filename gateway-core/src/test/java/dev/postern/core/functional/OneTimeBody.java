package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.postern.core.http.BodyStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Content that can be read once. */
final class OneTimeBody implements BodyStream {
  private @Nullable String text;

  OneTimeBody(String text) {
    this.text = text;
  }

  @Override
  public @Nullable ByteBuffer next() {
    String piece = text;
    text = null;
    return piece == null ? null : ByteBuffer.wrap(piece.getBytes(ISO_8859_1));
  }

  @Override
  public void close() {}
}
