package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** One request whose client leaves when the test says so. */
abstract class Caller implements AutoCloseable {
  /** The kinds of clients, and of leaving. */
  enum Kind {
    /** HTTP/1.1; the connection is reset, as when a process dies. */
    RESETTING,
    /** HTTP/1.1; the connection is closed as it should be. */
    CLOSING,
    /** HTTP/2; the stream is reset and the connection stays. */
    HTTP_2,
    /** A caller in this process, which calls its scope off. */
    IN_PROCESS
  }

  /** What came of the response so far; {@code <end>} behind it. */
  private final BlockingQueue<String> came = new LinkedBlockingQueue<>();

  /**
   * Starts a request.
   *
   * @param upload what is sent of a body that announces more, or null for a request without one
   */
  static Caller start(Kind kind, Stage stage, @Nullable String upload) throws IOException {
    Caller caller =
        switch (kind) {
          case RESETTING, CLOSING -> new Socketed(stage, upload, kind == Kind.RESETTING);
          case HTTP_2 -> new Multiplexed(stage, upload);
          case IN_PROCESS -> new InProcess(stage, upload);
        };
    Thread.ofVirtual().start(caller::run);
    return caller;
  }

  private void run() {
    try {
      read();
    } catch (Exception e) {
      // Seen by what is missing.
    }
    came.add("<end>");
  }

  abstract void read() throws Exception;

  abstract void leave() throws IOException;

  void came(String text) {
    came.add(text);
  }

  /** Waits until {@code text} has come. */
  void await(String text) throws InterruptedException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(text) < 0) {
      String next = came.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("waited in vain for " + text + ", came: " + all);
      }
      all.append(next);
    }
  }

  @Override
  public void close() throws IOException {
    leave();
  }

  private static final class Socketed extends Caller {
    private final Wire wire;
    private final boolean resetting;

    Socketed(Stage stage, @Nullable String upload, boolean resetting) throws IOException {
      this.wire = new Wire(stage.port());
      this.resetting = resetting;
      wire.send(
          upload == null
              ? "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
              : "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + upload);
    }

    @Override
    void read() throws IOException {
      byte[] piece = new byte[1024];
      for (int n = wire.socket.getInputStream().read(piece);
          n >= 0;
          n = wire.socket.getInputStream().read(piece)) {
        came(new String(piece, 0, n, ISO_8859_1));
      }
    }

    @Override
    void leave() throws IOException {
      if (resetting) {
        wire.reset();
      } else {
        wire.close();
      }
    }
  }

  private static final class Multiplexed extends Caller {
    private final OkHttpClient client =
        new OkHttpClient.Builder()
            .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
            .retryOnConnectionFailure(false)
            .readTimeout(Duration.ZERO)
            .build();
    private final Call call;

    Multiplexed(Stage stage, @Nullable String upload) {
      Request.Builder request =
          new Request.Builder().url("http://127.0.0.1:" + stage.port() + "/1");
      if (upload != null) {
        request.post(new Unfinished(upload));
      }
      call = client.newCall(request.build());
    }

    @Override
    void read() throws IOException {
      try (Response response = call.execute()) {
        byte[] piece = new byte[1024];
        for (int n = response.body().byteStream().read(piece);
            n >= 0;
            n = response.body().byteStream().read(piece)) {
          came(new String(piece, 0, n, ISO_8859_1));
        }
      }
    }

    @Override
    void leave() {
      call.cancel();
    }

    @Override
    public void close() {
      call.cancel();
      client.connectionPool().evictAll();
    }
  }

  /** A body of which a part is sent, and then nothing until the call is called off. */
  private static final class Unfinished extends RequestBody {
    private final String part;

    Unfinished(String part) {
      this.part = part;
    }

    @Override
    public @Nullable MediaType contentType() {
      return null;
    }

    @Override
    public boolean isDuplex() {
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.writeString(part, ISO_8859_1).flush();
    }
  }

  private static final class InProcess extends Caller {
    private final Scope scope;
    private final Stage stage;
    private final @Nullable String upload;

    InProcess(Stage stage, @Nullable String upload) {
      this.stage = stage;
      this.upload = upload;
      this.scope = stage.gateway.newScope();
    }

    @Override
    void read() throws IOException {
      GatewayRequest request =
          upload == null
              ? GatewayRequest.get("/1").build()
              : GatewayRequest.post("/1", Body.of(new Part(upload, scope), 1000)).build();
      try (GatewayResponse response = stage.gateway.handle(request, scope)) {
        BodyStream stream = response.body().open();
        for (ByteBuffer piece = stream.next(); piece != null; piece = stream.next()) {
          came(ISO_8859_1.decode(piece).toString());
        }
      }
    }

    @Override
    void leave() {
      scope.cancel(Reason.CANCELLED.exception("caller left"));
    }
  }

  /** A stream that waits behind its one piece. */
  private static final class Part implements BodyStream {
    private final Scope scope;
    private @Nullable String part;

    Part(String part, Scope scope) {
      this.part = part;
      this.scope = scope;
    }

    @Override
    public @Nullable ByteBuffer next() {
      String piece = part;
      part = null;
      if (piece == null) {
        scope.sleep(Duration.ofHours(1));
        return null;
      }
      return ByteBuffer.wrap(piece.getBytes(ISO_8859_1));
    }

    @Override
    public void close() {}
  }
}
