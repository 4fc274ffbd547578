package dev.postern.core.upstream;

import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.ClientBodyException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** Writes the body of one request, and keeps apart whose fault it is when that fails. */
final class RequestContent extends RequestBody {
  private final Body body;
  private final CallProgress progress;

  RequestContent(Body body, CallProgress progress) {
    this.body = body;
    this.progress = progress;
  }

  @Override
  public @Nullable MediaType contentType() {
    return null;
  }

  @Override
  public long contentLength() {
    return body.length();
  }

  /** Keeps OkHttp from ever sending it twice. */
  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    switch (body) {
      case Body.Empty empty -> {}
      case Body.Bytes bytes -> sink.write(bytes.array());
      case Body.Streamed streamed -> relay(streamed.open(), sink);
    }
  }

  private void relay(BodyStream stream, BufferedSink sink) throws IOException {
    progress.bodyOpened();
    try (stream) {
      long sent = 0;
      for (ByteBuffer piece = next(stream); piece != null; piece = next(stream)) {
        sent += piece.remaining();
        if (body.length() >= 0 && sent > body.length()) {
          throw blame(new ClientBodyException(400, "body longer than announced", null));
        }
        stopIfAnswered();
        write(piece, sink);
        if (!stream.ready()) {
          sink.flush();
        }
      }
      if (sent < body.length()) {
        throw blame(new ClientBodyException(400, "body shorter than announced", null));
      }
    }
  }

  private @Nullable ByteBuffer next(BodyStream stream) throws IOException {
    try {
      return stream.next();
    } catch (IOException e) {
      throw blame(e);
    } catch (RuntimeException e) {
      throw blame(e);
    }
  }

  private <E extends Exception> E blame(E failure) {
    progress.bodyFailed(failure);
    return failure;
  }

  private static void write(ByteBuffer piece, BufferedSink sink) throws IOException {
    if (piece.hasArray()) {
      sink.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
    } else {
      sink.write(piece);
    }
  }

  /*
   * A server that has answered before it saw the whole body, a 413 say, need not read the rest and
   * often does not: writing on would block for ever. Half-closing makes the next write fail, upon
   * which OkHttp turns to the answer.
   */
  private void stopIfAnswered() throws IOException {
    Socket socket = progress.plainSocket();
    if (socket != null && socket.getInputStream().available() > 0) {
      socket.shutdownOutput();
    }
  }
}
