package dev.postern.core.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that are called off: the endpoint notices within a second. */
@Timeout(60)
class UpstreamCancellationTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

  private final UpstreamClient client = UpstreamClient.create(Timers.system());
  private final Scope scope = Scope.root(Timers.system());
  private final GatewayException gone = Reason.CANCELLED.exception("client gone");
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  @AfterEach
  void close() {
    client.close();
  }

  private GatewayResponse get(RawServer server) throws IOException {
    return client.call(
        new UpstreamCall(GatewayRequest.get("/").build(), server.endpoint(), Transport.DEFAULT, 0),
        scope);
  }

  private RawServer writing(String text) {
    return RawServer.of(connection -> {
      connection.readRequest();
      connection.write(text);
      arrived.countDown();
      connection.awaitEnd();
      ended.countDown();
    });
  }

  private static <T> CompletableFuture<T> async(Supplier<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    THREADS.execute(() -> {
      try {
        result.complete(task.get());
      } catch (Throwable e) {
        result.completeExceptionally(e);
      }
    });
    return result;
  }

  private interface Supplier<T> {
    T get() throws Exception;
  }

  private void assertEndedSoon() throws InterruptedException {
    assertThat(ended.await(1, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void closesTheConnectionWhileTheHeadIsAwaited() throws Exception {
    try (RawServer server = writing("")) {
      CompletableFuture<GatewayResponse> call = async(() -> get(server));
      arrived.await();

      scope.cancel(gone);

      assertThatThrownBy(call::get).isInstanceOf(ExecutionException.class).cause().isSameAs(gone);
      assertEndedSoon();
    }
  }

  @Test
  void endsAReaderThatWaitsForTheBody() throws Exception {
    try (RawServer server = writing(HEAD + "2\r\nab\r\n")) {
      BodyStream stream = get(server).body().open();
      assertThat(stream.next()).isEqualTo(ByteBuffer.wrap("ab".getBytes(UTF_8)));
      CompletableFuture<ByteBuffer> next = async(stream::next);

      scope.cancel(gone);

      assertThatThrownBy(next::get).cause().isSameAs(gone);
      assertEndedSoon();
    }
  }

  @Test
  void closesTheConnectionWhenAnUnreadBodyIsClosed() throws Exception {
    try (RawServer server = writing(HEAD + "2\r\nab\r\n")) {
      get(server).close();

      assertEndedSoon();
    }
  }

  @Test
  void endsAReaderWhenTheStreamIsClosedByAnotherThread() throws Exception {
    try (RawServer server = writing(HEAD)) {
      BodyStream stream = get(server).body().open();
      CompletableFuture<ByteBuffer> next = async(stream::next);

      stream.close();

      assertThatThrownBy(next::get).cause().isInstanceOf(IOException.class);
      assertEndedSoon();
    }
  }

  @Test
  void refusesACallInACancelledScope() throws Exception {
    try (RawServer server = writing("")) {
      scope.cancel(gone);

      assertThatThrownBy(() -> get(server)).isSameAs(gone);
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void refusesToReadOnInACancelledScope() throws Exception {
    try (RawServer server = writing(HEAD + "2\r\nab\r\n")) {
      BodyStream stream = get(server).body().open();
      scope.cancel(gone);

      assertThatThrownBy(stream::next).isSameAs(gone);
    }
  }

  @Test
  void takesAnInterruptForACancellation() throws Exception {
    try (RawServer server = writing("")) {
      CompletableFuture<GatewayResponse> result = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  result.complete(get(server));
                } catch (Throwable e) {
                  result.completeExceptionally(e);
                }
              });
      arrived.await();

      caller.interrupt();

      assertThatThrownBy(result::get)
          .cause()
          .isInstanceOfSatisfying(
              GatewayException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CANCELLED));
      assertEndedSoon();
    }
  }

  @Test
  void callsOffAnUploadThatNobodyReads() throws Exception {
    try (RawServer server =
        RawServer.of(connection -> {
          arrived.countDown();
          ended.await();
        })) {
      Body endless =
          Body.of(
              new BodyStream() {
                @Override
                public ByteBuffer next() {
                  return ByteBuffer.wrap(new byte[8192]);
                }

                @Override
                public void close() {}
              });
      GatewayRequest post = GatewayRequest.post("/", endless).build();
      CompletableFuture<GatewayResponse> call =
          async(() ->
              client.call(new UpstreamCall(post, server.endpoint(), Transport.DEFAULT, 0), scope));
      arrived.await();

      scope.cancel(gone);

      assertThatThrownBy(call::get).cause().isSameAs(gone);
      ended.countDown();
    }
  }

  @Test
  void readsNoMoreThanItsReaderAsksFor() throws Exception {
    AtomicLong written = new AtomicLong();
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer server =
        RawServer.of(connection -> {
          connection.readRequest();
          connection.write("HTTP/1.1 200 OK\r\n\r\n");
          connection.socket().setSendBufferSize(64 * 1024);
          byte[] block = new byte[64 * 1024];
          try {
            while (true) {
              connection.socket().getOutputStream().write(block);
              written.addAndGet(block.length);
            }
          } finally {
            over.countDown();
          }
        })) {
      BodyStream stream = get(server).body().open();
      assertThat(stream.next()).isNotNull();
      // Nobody reads on; the server ends up blocked with no more than the socket buffers full.
      assertThat(over.await(300, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(written.get()).isLessThan(32 << 20);
      stream.close();

      assertThat(over.await(1, TimeUnit.SECONDS)).isTrue();
    }
  }
}
