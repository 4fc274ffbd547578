package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Retry;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever reads slowly slows down who sends, and costs the gateway no memory. */
@Timeout(60)
class SlowReaderTest {
  private static final long TOTAL = 64L << 20;

  /** What the buffers of four sockets take in at the most. */
  private static final long SOCKETS = 28L << 20;

  /** What an OkHttp client lets a peer send without reading. */
  private static final long WINDOW = 16L << 20;

  private final AtomicLong passed = new AtomicLong();

  /** Sends the content, counting what was taken. */
  private void pour(OutputStream out) throws IOException {
    byte[] piece = new byte[1 << 16];
    for (long sent = 0; sent < TOTAL; sent += piece.length) {
      out.write(piece);
      passed.addAndGet(piece.length);
    }
    out.flush();
  }

  private static long drain(InputStream in, long most) throws IOException {
    byte[] piece = new byte[1 << 16];
    long read = 0;
    while (read < most) {
      int n = in.read(piece);
      if (n < 0) {
        break;
      }
      read += n;
    }
    return read;
  }

  /** Returns how much has passed once nothing more does. */
  private long passedInTheEnd() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long before = -1;
    for (long now = passed.get(); now != before || now == 0; now = passed.get()) {
      before = now;
      never.await(300, TimeUnit.MILLISECONDS);
    }
    return before;
  }

  private ScriptedUpstream pouring() throws IOException {
    return new ScriptedUpstream(connection -> {
      connection.readRequest();
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n");
      pour(connection.socket().getOutputStream());
      connection.awaitEnd();
    });
  }

  @ParameterizedTest
  @EnumSource
  void upstreamIsReadNoFasterThanTheClientReads(Door door) throws Exception {
    try (ScriptedUpstream upstream = pouring();
        Stage stage = Stage.before(upstream.address())) {
      switch (door) {
        case HTTP_1 -> {
          try (Wire client = new Wire(stage.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("\r\n\r\n");
            assertThat(passedInTheEnd()).isLessThan(SOCKETS);
            assertThat(drain(client.socket.getInputStream(), TOTAL)).isEqualTo(TOTAL);
          }
        }
        case HTTP_2 -> {
          OkHttpClient client =
              new OkHttpClient.Builder()
                  .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                  .readTimeout(Duration.ofSeconds(30))
                  .build();
          Request request =
              new Request.Builder().url("http://127.0.0.1:" + stage.port() + "/").build();
          try (Response response = client.newCall(request).execute()) {
            assertThat(passedInTheEnd()).isLessThan(SOCKETS + WINDOW);
            assertThat(drain(response.body().byteStream(), TOTAL)).isEqualTo(TOTAL);
          }
          client.connectionPool().evictAll();
        }
        case IN_PROCESS -> {
          try (GatewayResponse response = stage.gateway.handle(GatewayRequest.get("/").build())) {
            assertThat(passedInTheEnd()).isLessThan(SOCKETS);
            BodyStream stream = response.body().open();
            long read = 0;
            for (ByteBuffer piece = stream.next(); piece != null; piece = stream.next()) {
              read += piece.remaining();
            }
            assertThat(read).isEqualTo(TOTAL);
          }
        }
      }
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  /** With and without a part of the content kept for another attempt. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void clientIsReadNoFasterThanTheUpstreamReads(int retries) throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicLong read = new AtomicLong();
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readHead();
              goOn.await();
              read.set(drain(connection.socket().getInputStream(), TOTAL));
              connection.write(ScriptedUpstream.OK);
              connection.awaitEnd();
            });
        Stage stage = Stage.before(upstream.address(), Retry.builder().attempts(retries).build());
        Wire client = new Wire(stage.port())) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + TOTAL + "\r\n\r\n");
      Thread pouring =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  pour(client.socket.getOutputStream());
                } catch (IOException e) {
                  // Seen by what did not arrive.
                }
              });
      assertThat(passedInTheEnd()).isLessThan(SOCKETS);
      goOn.countDown();

      assertThat(client.answer(false).text()).isEqualTo("200 ok");
      pouring.join();
      assertThat(read).hasValue(TOTAL);
      assertThat(stage.record().requestBytes()).isEqualTo(TOTAL);
    }
  }
}
