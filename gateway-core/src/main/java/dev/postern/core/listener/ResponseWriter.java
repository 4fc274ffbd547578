package dev.postern.core.listener;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.http.HttpVersion;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/*
 * Writes one response from the thread that runs the exchange. What the body has ready is gathered, and
 * handed to the event loop when the next piece would have to be waited for. While the client does not
 * read, the next piece is not asked for.
 */
final class ResponseWriter {
  /** How much of a request body nobody read is read and dropped to keep the connection. */
  static final long WORTH_PASSING_OVER = 64 * 1024;

  private static final long RESET_NO_ERROR = 0;
  private static final long RESET_INTERNAL_ERROR = 2;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Exchange exchange;
  private final ClientConnection connection;
  private final HttpVersion version;
  private final Outbox outbox;
  private long written;

  /** Whether anything was handed over, if only the head. */
  private boolean begun;

  private @Nullable KeepAliveStream keepAlive;
  private volatile @Nullable Thread waiting;
  private boolean drainWatched;

  ResponseWriter(
      HttpServerRequest request,
      Exchange exchange,
      ClientConnection connection,
      HttpVersion version) {
    this.request = request;
    this.response = request.response();
    this.exchange = exchange;
    this.connection = connection;
    this.version = version;
    this.outbox = new Outbox(response, connection, this::wake);
  }

  /**
   * Writes {@code answer} and closes its body.
   *
   * @param last whether the connection ends behind it
   * @param answered told just before the last byte is handed over
   */
  void write(GatewayResponse answer, boolean last, Runnable answered) throws IOException {
    int status = answer.status();
    boolean head = request.method().name().equals("HEAD");
    boolean bodiless = head || status == 204 || status == 304;
    response.setStatusCode(status);
    long length = bodiless ? -1 : answer.body().length();
    boolean closes = headers(answer, bodiless, length, last);
    Future<Void> end;
    if (bodiless || length == 0) {
      answer.body().discard();
      answered.run();
      end = response.end();
    } else if (answer.body() instanceof Body.Bytes bytes) {
      written = bytes.length();
      exchange.record().responseBytes(written);
      answered.run();
      end = response.end(BufferInternal.buffer(Unpooled.wrappedBuffer(bytes.array())));
    } else {
      end = relay(answer, length, answered);
    }
    if (closes) {
      end.onComplete(result -> connection.closeGently());
    }
  }

  /** Returns whether the connection has to be closed behind the response. */
  private boolean headers(GatewayResponse answer, boolean bodiless, long length, boolean last) {
    MultiMap lines = response.headers();
    Headers headers = answer.headers();
    boolean http2 = version == HttpVersion.HTTP_2;
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      if (isFraming(name, bodiless && answer.status() != 204)) {
        continue;
      }
      try {
        lines.add(http2 ? name.toLowerCase(Locale.ROOT) : name, headers.value(i));
      } catch (IllegalArgumentException e) {
        // Characters that would break the head apart (RFC 9110 §5.5): the line is left out.
        connection.droppedHeader(name);
      }
    }
    boolean needsLength = answer.status() != 204 && answer.status() != 304;
    if (!bodiless && length >= 0 && needsLength) {
      lines.set("content-length", Long.toString(length));
    } else if (bodiless
        && needsLength
        && answer.body().length() > 0
        && !lines.contains("content-length")) {
      lines.set("content-length", Long.toString(answer.body().length()));
    }
    boolean untilClose = version == HttpVersion.HTTP_1_0 && !bodiless && length < 0;
    boolean closes = !http2 && (last || untilClose);
    if (closes) {
      // After the codec has set its own.
      response.headersEndHandler(end -> lines.set("connection", "close"));
    }
    return closes;
  }

  private static boolean isFraming(String name, boolean lengthIsAnswer) {
    return switch (name.length()) {
      case 7 -> name.equalsIgnoreCase("upgrade");
      case 10 -> name.equalsIgnoreCase("connection") || name.equalsIgnoreCase("keep-alive");
      case 14 -> !lengthIsAnswer && name.equalsIgnoreCase("content-length");
      case 16 -> name.equalsIgnoreCase("proxy-connection");
      case 17 -> name.equalsIgnoreCase("transfer-encoding");
      default -> false;
    };
  }

  private Future<Void> relay(GatewayResponse answer, long length, Runnable answered)
      throws IOException {
    try (BodyStream stream = answer.body().open()) {
      keepAlive = connection.keepAlives().watch(answer, this);
      while (length < 0 || written < length) {
        if (!stream.ready()) {
          flush(length);
        }
        ByteBuffer piece = next(stream);
        if (piece == null) {
          break;
        }
        add(piece);
      }
      if (length >= 0 && written != length) {
        throw new IOException("the body is not as long as its head says");
      }
      return end(stream.trailers(), length, answered);
    } finally {
      if (keepAlive != null) {
        keepAlive.stop();
      }
    }
  }

  private @Nullable ByteBuffer next(BodyStream stream) throws IOException {
    KeepAliveStream keepAlive = this.keepAlive;
    if (keepAlive == null) {
      return stream.next();
    }
    keepAlive.waits();
    try {
      return stream.next();
    } finally {
      keepAlive.goesOn();
    }
  }

  private void add(ByteBuffer piece) throws IOException {
    exchange.scope().check();
    written += piece.remaining();
    exchange.record().responseBytes(written);
    if (keepAlive != null) {
      keepAlive.wrote(piece);
    }
    while (!outbox.add(piece)) {
      send();
      await(() -> !outbox.isEmpty());
    }
  }

  private void flush(long length) throws IOException {
    if (!outbox.isEmpty()) {
      send();
    } else if (!begun && length < 0 && version != HttpVersion.HTTP_1_0) {
      // The client may want to know the head before the first event comes.
      begun = true;
      response.writeHead();
    }
  }

  private void send() throws IOException {
    begun = true;
    outbox.send();
    if (!response.writeQueueFull()) {
      return;
    }
    if (!drainWatched) {
      drainWatched = true;
      response.drainHandler(drained -> wake());
    }
    await(response::writeQueueFull);
  }

  /**
   * Writes between pieces, from another thread; the relaying thread waits for a piece meanwhile.
   */
  void writeComment(byte[] comment) {
    if (!response.writeQueueFull() && outbox.add(ByteBuffer.wrap(comment))) {
      outbox.send();
    }
  }

  /** Ends the connection behind what was written. */
  void closeConnection() {
    connection.onEventLoop(
        () -> response.write(Buffer.buffer()).onComplete(result -> connection.closeGently()));
  }

  private Future<Void> end(Headers trailers, long length, Runnable answered) {
    if (!trailers.isEmpty() && length < 0 && version != HttpVersion.HTTP_1_0) {
      if (!begun && version == HttpVersion.HTTP_1_1) {
        response.headers().set("transfer-encoding", "chunked");
      }
      trailers.forEach(this::trailer);
    }
    answered.run();
    return outbox.end();
  }

  private void trailer(String name, String value) {
    try {
      response
          .trailers()
          .add(version == HttpVersion.HTTP_2 ? name.toLowerCase(Locale.ROOT) : name, value);
    } catch (IllegalArgumentException e) {
      connection.droppedHeader(name);
    }
  }

  private void await(BooleanSupplier busy) throws IOException {
    waiting = Thread.currentThread();
    try {
      while (busy.getAsBoolean()) {
        exchange.scope().check();
        if (Thread.interrupted()) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("interrupted");
        }
        LockSupport.park(this);
      }
    } finally {
      waiting = null;
    }
  }

  /** Wakes the thread that waits for the client to read. */
  void wake() {
    Thread thread = waiting;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Ends the response so that the client sees that it is not whole. */
  void abort() {
    if (version == HttpVersion.HTTP_2) {
      connection.onEventLoop(() -> response.reset(RESET_INTERNAL_ERROR));
    } else {
      connection.close();
    }
  }

  /** Deals with a request body that nobody read to its end. */
  void passOver(RequestBody body, boolean last) {
    if (version == HttpVersion.HTTP_2) {
      // RFC 9113 §8.1
      connection.onEventLoop(() -> response.reset(RESET_NO_ERROR));
    } else if (!last) {
      body.discardRest();
    }
  }
}
