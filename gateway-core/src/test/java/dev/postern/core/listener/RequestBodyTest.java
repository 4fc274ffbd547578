package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.BodyStream;
import dev.postern.core.http.ClientBodyException;
import dev.postern.core.http.GatewayResponse;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RequestBodyTest {
  private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
  private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

  @Test
  void tellsTheClientToSendWhenTheBodyIsRead() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    try (TestListener listener =
            TestListener.open((exchange, request) -> {
              await(read);
              return GatewayResponse.text(
                  200, request.header("expect") + ":" + request.body().readAll(100).length);
            });
        RawClient client = listener.client()) {
      client.send(POST + "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\n");
      client.socket.setSoTimeout(100);
      SocketTimeoutException silent = null;
      try {
        client.readLine();
      } catch (SocketTimeoutException e) {
        silent = e;
      }
      assertThat(silent).isNotNull();
      client.socket.setSoTimeout(10_000);
      read.countDown();
      assertThat(client.read().status()).isEqualTo(100);
      assertThat(client.send("hello").read().body()).isEqualTo("null:5");
      assertThat(client.send(NEXT).read().status()).isEqualTo(200);
    }
  }

  @Test
  void closesWhenTheClientWasNeverToldToSend() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) -> GatewayResponse.text(401, "no"));
        RawClient client = listener.client()) {
      client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void readsAndDropsALittleThatNobodyReadToKeepTheConnection() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) -> GatewayResponse.text(200, request.path()));
        RawClient client = listener.client()) {
      client.send(POST + "Content-Length: 5\r\n\r\nhe");
      assertThat(client.read().header("connection")).isNull();
      client.send("llo" + NEXT);
      assertThat(client.read().body()).isEqualTo("/next");
    }
  }

  @Test
  void closesRatherThanReadMuchThatNobodyWants() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) -> GatewayResponse.text(413, "too much"));
        RawClient client = listener.client()) {
      client.send(POST + "Content-Length: 1000000\r\n\r\n" + "x".repeat(100_000));
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void closesBehindAnUnreadBodyOfUnknownLength() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) -> GatewayResponse.text(401, "no"));
        RawClient client = listener.client()) {
      client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      assertThat(client.read().header("connection")).isEqualTo("close");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void refusesABodyThatStopsComing() throws Exception {
    HttpLimits limits = HttpLimits.builder().bodyIdleTimeout(Duration.ofMillis(200)).build();
    try (TestListener listener =
            TestListener.open(
                limits,
                (exchange, request) ->
                    GatewayResponse.text(200, "" + request.body().readAll(100).length));
        RawClient client = listener.client()) {
      client.send(POST + "Content-Length: 5\r\n\r\nhe");
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.body()).isEqualTo("request timeout");
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void tellsTheReaderThatTheBodyWasCutOff() throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    CountDownLatch started = new CountDownLatch(1);
    try (TestListener listener =
        TestListener.open((exchange, request) -> {
          try (BodyStream stream = request.body().open()) {
            stream.next();
            started.countDown();
            stream.next();
            thrown.complete(new AssertionError("no exception"));
          } catch (ClientBodyException e) {
            thrown.complete(e);
          }
          return GatewayResponse.of(200);
        })) {
      try (RawClient client = listener.client()) {
        client.send(POST + "Content-Length: 5\r\n\r\nhe");
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(thrown.get(10, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              ClientBodyException.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }

  @Test
  void tellsTheReaderOfBrokenChunksBehindSoundOnes() throws Exception {
    try (TestListener listener =
            TestListener.open((exchange, request) ->
                GatewayResponse.text(200, "" + request.body().readAll(100).length));
        RawClient client = listener.client()) {
      client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      RawClient.Answer answer = client.send("x\r\n" + NEXT).read();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void doesNotTakeInWhatNobodyReads() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    int megabytes = 64;
    try (TestListener listener =
            TestListener.open((exchange, request) -> {
              await(read);
              long count = 0;
              try (BodyStream stream = request.body().open()) {
                for (var piece = stream.next(); piece != null; piece = stream.next()) {
                  count += piece.remaining();
                }
              }
              return GatewayResponse.text(200, count + " " + exchange.record().requestBytes());
            });
        RawClient client = listener.client()) {
      client.send(POST + "Content-Length: " + (megabytes << 20) + "\r\n\r\n");
      String piece = "x".repeat(1 << 20);
      CompletableFuture<Integer> sent =
          CompletableFuture.supplyAsync(() -> {
            try {
              for (int i = 0; i < megabytes; i++) {
                client.send(piece);
              }
              return megabytes;
            } catch (java.io.IOException e) {
              return -1;
            }
          });
      // Far more than the socket buffers hold; the sender has to wait for the reader.
      assertThat(sent.completeOnTimeout(0, 500, TimeUnit.MILLISECONDS).get()).isZero();
      read.countDown();
      assertThat(client.read().body()).isEqualTo((megabytes << 20) + " " + (megabytes << 20));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
