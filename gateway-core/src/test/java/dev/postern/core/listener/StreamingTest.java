package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StreamingTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final Headers EVENTS = Headers.of("content-type", "text/event-stream");

  private final Pieces pieces = new Pieces();
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();

  private GatewayResponse stream(Exchange exchange) {
    exchange.onEnd(outcomes::add);
    return GatewayResponse.of(200, EVENTS, Body.of(pieces));
  }

  private Outcome.Kind outcome() throws InterruptedException {
    Outcome outcome = outcomes.poll(10, TimeUnit.SECONDS);
    return outcome == null ? null : outcome.kind();
  }

  @Test
  void sendsTheHeadBeforeTheFirstEvent() throws Exception {
    try (TestListener listener = TestListener.open((exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      assertThat(client.send(GET).readHead()).startsWith("HTTP/1.1 200 OK\n");
      pieces.add("data: 1\n\n").end();
      assertThat(client.readChunk()).isEqualTo("data: 1\n\n");
      assertThat(client.readChunk()).isEmpty();
      assertThat(outcome()).isEqualTo(Outcome.Kind.DONE);
    }
  }

  @Test
  void sendsEachEventWhenItComes() throws Exception {
    try (TestListener listener = TestListener.open((exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      client.send(GET).readHead();
      for (int i = 0; i < 100; i++) {
        pieces.add("data: " + i + "\n\n");
        assertThat(client.readChunk()).isEqualTo("data: " + i + "\n\n");
      }
    }
  }

  @Test
  void sendsTogetherWhatIsThereTogether() throws Exception {
    try (TestListener listener = TestListener.open((exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      for (int i = 0; i < 50; i++) {
        pieces.add("data: " + i + "\n\n");
      }
      client.send(GET).readHead();
      assertThat(client.readChunk()).startsWith("data: 0\n").endsWith("data: 49\n\n");
    }
  }

  @Test
  void tellsTheLengthOfWhatEndedBeforeItWasSent() throws Exception {
    pieces.add("one").add("two").end();
    try (TestListener listener = TestListener.open((exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      RawClient.Answer answer = client.send(GET).read();
      assertThat(answer.header("content-length")).isEqualTo("6");
      assertThat(answer.body()).isEqualTo("onetwo");
      assertThat(pieces.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void sendsTrailers() throws Exception {
    pieces.trailers(Headers.of("X-Sum", "1", "x-sum", "2"));
    try (TestListener listener = TestListener.open((exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      client.send(GET).readHead();
      pieces.add("one");
      assertThat(client.readChunk()).isEqualTo("one");
      pieces.end();
      client.readChunk();
      assertThat(client.lastTrailers).isEqualTo("X-Sum: 1\nx-sum: 2\n");
    }
  }

  @Test
  void sendsTrailersOfWhatEndedBeforeItWasSent() throws Exception {
    pieces.trailers(Headers.of("X-Sum", "1")).add("one").end();
    try (TestListener listener = TestListener.open((exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      assertThat(client.send(GET).read().body()).isEqualTo("one");
      assertThat(client.lastTrailers).isEqualTo("X-Sum: 1\n");
    }
  }

  @Test
  void cutsTheConnectionWhenTheBodyBreaks() throws Exception {
    try (TestListener listener = TestListener.open((exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      client.send(GET).readHead();
      pieces.add("one");
      assertThat(client.readChunk()).isEqualTo("one");
      pieces.endsBadly();
      assertThatThrownBy(client::readChunk).isInstanceOf(IOException.class);
      assertThat(outcome()).isEqualTo(Outcome.Kind.FAILED);
    }
  }

  @Test
  void cutsTheConnectionWhenTheBodyIsShorterThanItsHeadSays() throws Exception {
    pieces.add("one").end();
    try (TestListener listener =
            TestListener.open(
                (exchange, request) -> GatewayResponse.of(200, Headers.EMPTY, Body.of(pieces, 4)));
        RawClient client = listener.client()) {
      assertThatThrownBy(() -> client.send(GET).read()).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void cancelsWhenTheClientGoesBeforeTheFirstByte() throws Exception {
    CompletableFuture<Reason> cancelled = new CompletableFuture<>();
    CountDownLatch called = new CountDownLatch(1);
    try (TestListener listener =
        TestListener.open((exchange, request) -> {
          exchange.onEnd(outcomes::add);
          called.countDown();
          try {
            exchange.scope().sleep(Duration.ofSeconds(20));
          } finally {
            cancelled.complete(exchange.scope().cause().reason());
          }
          return GatewayResponse.of(200);
        })) {
      try (RawClient client = listener.client()) {
        client.send(GET);
        assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(cancelled.get(1, TimeUnit.SECONDS)).isEqualTo(Reason.CANCELLED);
      assertThat(outcome()).isEqualTo(Outcome.Kind.ABANDONED);
    }
  }

  @Test
  void cancelsWhenTheClientGoesMidStream() throws Exception {
    CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
    try (TestListener listener =
        TestListener.open((exchange, request) -> {
          exchange
              .scope()
              .onCancel(() -> {
                cancelled.complete(true);
                pieces.endsBadly();
              });
          return stream(exchange);
        })) {
      try (RawClient client = listener.client()) {
        client.send(GET).readHead();
        pieces.add("one");
        client.readChunk();
      }
      assertThat(cancelled.get(1, TimeUnit.SECONDS)).isTrue();
      assertThat(outcome()).isEqualTo(Outcome.Kind.ABANDONED);
      assertThat(pieces.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void asksForNoMoreWhileTheClientDoesNotRead() throws Exception {
    EndlessBody body = new EndlessBody();
    try (TestListener listener =
        TestListener.open((exchange, request) -> {
          exchange.onEnd(outcomes::add);
          return GatewayResponse.of(200, Headers.EMPTY, Body.of(body));
        })) {
      try (RawClient client = listener.client()) {
        client.send(GET);
        // The socket buffers fill, then nothing more is asked for.
        int asked = 0;
        while (body.asked.tryAcquire(500, TimeUnit.MILLISECONDS)) {
          asked++;
        }
        assertThat(asked).isBetween(1, 2_000);
        client.readHead();
        client.readChunk();
        for (int i = 0; i < asked; i++) {
          client.readChunk();
        }
        assertThat(body.asked.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(outcome()).isEqualTo(Outcome.Kind.ABANDONED);
    }
  }

  @Test
  void writesCommentsIntoSilentEventStreams() throws Exception {
    HttpLimits limits = HttpLimits.builder().sseKeepAlive(Duration.ofMillis(50)).build();
    try (TestListener listener =
            TestListener.open(limits, (exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      client.send(GET).readHead();
      assertThat(client.readChunk()).isEqualTo(": keep-alive\n\n");
      pieces.add("data: 1\n\n");
      String chunk = client.readChunk();
      while (chunk.equals(": keep-alive\n\n")) {
        chunk = client.readChunk();
      }
      assertThat(chunk).isEqualTo("data: 1\n\n");
      assertThat(client.readChunk()).isEqualTo(": keep-alive\n\n");
    }
  }

  @Test
  void writesNoCommentIntoTheMiddleOfAnEvent() throws Exception {
    HttpLimits limits = HttpLimits.builder().sseKeepAlive(Duration.ofMillis(20)).build();
    pieces.add("data: 1\n");
    try (TestListener listener =
            TestListener.open(limits, (exchange, request) -> stream(exchange));
        RawClient client = listener.client()) {
      client.send(GET).readHead();
      assertThat(client.readChunk()).isEqualTo("data: 1\n");
      client.socket.setSoTimeout(200);
      assertThatThrownBy(client::readChunk).isInstanceOf(java.net.SocketTimeoutException.class);
      client.socket.setSoTimeout(10_000);
      pieces.add("data: 2\n\n");
      assertThat(client.readChunk()).isEqualTo("data: 2\n\n");
      assertThat(client.readChunk()).isEqualTo(": keep-alive\n\n");
    }
  }

  @Test
  void keepsTheOrderOfPiecesThatFollowUponEachOther() throws Exception {
    HttpLimits limits = HttpLimits.builder().sseKeepAlive(Duration.ofMillis(1)).build();
    int count = 50_000;
    try (TestListener listener =
            TestListener.open(
                limits,
                (exchange, request) ->
                    GatewayResponse.of(200, EVENTS, Body.of(new CountingBody(count))));
        RawClient client = listener.client()) {
      client.send(GET).readHead();
      StringBuilder all = new StringBuilder();
      int chunks = 0;
      for (String chunk = client.readChunk(); !chunk.isEmpty(); chunk = client.readChunk()) {
        all.append(chunk);
        chunks++;
      }
      StringBuilder expected = new StringBuilder();
      for (int i = 0; i < count; i++) {
        expected.append("data: ").append(i).append("\n\n");
      }
      assertThat(all.toString().replace(": keep-alive\n\n", "")).isEqualTo(expected.toString());
      assertThat(chunks).isLessThan(count);
    }
  }

  /** Counts, and never knows whether it has to wait for the next number. */
  private static final class CountingBody implements BodyStream {
    private final int end;
    private int next;

    CountingBody(int end) {
      this.end = end;
    }

    @Override
    public @Nullable ByteBuffer next() {
      if (next == end) {
        return null;
      }
      byte[] event = ("data: " + next++ + "\n\n").getBytes(StandardCharsets.US_ASCII);
      return ByteBuffer.wrap(event);
    }

    @Override
    public void close() {}
  }

  /** Always has another piece, and counts how often it was asked. */
  private static final class EndlessBody implements BodyStream {
    final Semaphore asked = new Semaphore(0);

    @Override
    public @Nullable ByteBuffer next() {
      asked.release();
      return ByteBuffer.allocate(32 * 1024);
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void close() {}
  }
}
