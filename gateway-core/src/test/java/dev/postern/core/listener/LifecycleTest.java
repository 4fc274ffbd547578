package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LifecycleTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final Handler OK = (exchange, request) -> GatewayResponse.text(200, "ok");

  private final CountDownLatch called = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  private final Handler waiting =
      (exchange, request) -> {
        called.countDown();
        try {
          assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
        return GatewayResponse.text(
            200, Thread.currentThread().isVirtual() ? "virtual" : "platform");
      };

  private static CompletableFuture<Void> drain(TestListener listener, long min, long max) {
    return CompletableFuture.runAsync(
        () -> listener.listener.drain(Duration.ofMillis(min), Duration.ofMillis(max)));
  }

  private static void awaitDraining(TestListener listener) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!listener.listener.draining()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void acceptsAndClosesBehindAnswersWhileItDrains() throws Exception {
    try (TestListener listener = TestListener.open(OK);
        RawClient before = listener.client()) {
      assertThat(before.send(GET).read().header("connection")).isNull();
      CompletableFuture<Void> drained = drain(listener, 3_000, 10_000);
      awaitDraining(listener);
      assertThat(before.send(GET).read().header("connection")).isEqualTo("close");
      assertThat(before.atEnd()).isTrue();
      try (RawClient late = listener.client()) {
        assertThat(late.send(GET).read().header("connection")).isEqualTo("close");
      }
      drained.get(20, TimeUnit.SECONDS);
      assertThatThrownBy(listener::client).isInstanceOf(IOException.class);
    }
  }

  @Test
  void letsWhatIsInFlightEnd() throws Exception {
    try (TestListener listener = TestListener.open(waiting);
        RawClient client = listener.client();
        RawClient idle = listener.client()) {
      client.send(GET);
      assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> drained = drain(listener, 0, 20_000);
      assertThat(idle.atEnd()).isTrue();
      assertThatThrownBy(listener::client).isInstanceOf(IOException.class);
      assertThat(drained).isNotDone();
      release.countDown();
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("connection")).isEqualTo("close");
      drained.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void cutsWhatIsStillInFlightAtTheEnd() throws Exception {
    LinkedBlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    Pieces pieces = new Pieces();
    Handler events =
        (exchange, request) -> {
          exchange.onEnd(outcomes::add);
          exchange.scope().onCancel(pieces::endsBadly);
          return GatewayResponse.of(
              200, Headers.of("content-type", "text/event-stream"), Body.of(pieces));
        };
    try (TestListener listener = TestListener.open(events);
        RawClient client = listener.client()) {
      client.send(GET).readHead();
      pieces.add("data: 1\n\n");
      assertThat(client.readChunk()).isEqualTo("data: 1\n\n");
      drain(listener, 0, 100).get(10, TimeUnit.SECONDS);
      assertThat(client.readChunk()).isEqualTo(": closing\n\n");
      assertThatThrownBy(client::readChunk).isInstanceOf(IOException.class);
      assertThat(outcomes.poll(10, TimeUnit.SECONDS).kind()).isNotEqualTo(Outcome.Kind.DONE);
    }
  }

  @Test
  void waitsForTheEndHooksOfWhatItCuts() throws Exception {
    LinkedBlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    Handler sleeping =
        (exchange, request) -> {
          exchange.onEnd(outcomes::add);
          called.countDown();
          exchange.scope().sleep(Duration.ofSeconds(20));
          return GatewayResponse.of(200);
        };
    try (TestListener listener = TestListener.open(sleeping);
        RawClient client = listener.client()) {
      client.send(GET);
      assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      listener.listener.close();
      assertThat(outcomes).hasSize(1);
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void answers503AtTheCapOfThePlatformPool() throws Exception {
    try (TestListener listener =
            TestListener.open(TestListener.bind(), ExchangeExecutor.platform(1), waiting);
        RawClient first = listener.client();
        RawClient second = listener.client()) {
      first.send(GET);
      assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      RawClient.Answer answer = second.send(GET).read();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("retry-after")).isEqualTo("1");
      assertThat(answer.body()).isEqualTo("overloaded");
      release.countDown();
      assertThat(first.read().body()).isEqualTo("platform");
    }
  }

  @Test
  void cancelsOnPlatformThreadsToo() throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    Handler sleeping =
        (exchange, request) -> {
          exchange.onEnd(outcome::complete);
          called.countDown();
          exchange.scope().sleep(Duration.ofSeconds(20));
          return GatewayResponse.of(200);
        };
    try (TestListener listener =
        TestListener.open(TestListener.bind(), ExchangeExecutor.platform(2), sleeping)) {
      try (RawClient client = listener.client()) {
        client.send(GET);
        assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(outcome.get(1, TimeUnit.SECONDS)).isEqualTo(Outcome.ABANDONED);
    }
  }

  @Test
  void runsOnVirtualThreadsWhenAsked() throws Exception {
    release.countDown();
    try (TestListener listener =
            TestListener.open(TestListener.bind(), ExchangeExecutor.VIRTUAL, waiting);
        RawClient client = listener.client()) {
      assertThat(client.send(GET).read().body()).isEqualTo("virtual");
    }
  }

  @Test
  void closesIdleConnections() throws Exception {
    HttpLimits limits = HttpLimits.builder().http1IdleTimeout(Duration.ofMillis(200)).build();
    try (TestListener listener = TestListener.open(limits, OK);
        RawClient client = listener.client();
        RawClient silent = listener.client()) {
      assertThat(client.send(GET).read().status()).isEqualTo(200);
      assertThat(client.atEnd()).isTrue();
      assertThat(silent.atEnd()).isTrue();
    }
  }

  @Test
  void doesNotTakeAWaitingRequestForIdle() throws Exception {
    HttpLimits limits = HttpLimits.builder().http1IdleTimeout(Duration.ofMillis(100)).build();
    try (TestListener listener = TestListener.open(limits, waiting);
        RawClient client = listener.client();
        RawClient silent = listener.client()) {
      client.send(GET);
      assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(silent.atEnd()).isTrue();
      release.countDown();
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void closesOldConnectionsBehindAnAnswer() throws Exception {
    HttpLimits limits = HttpLimits.builder().maxConnectionDuration(Duration.ofMillis(100)).build();
    try (TestListener listener = TestListener.open(limits, OK);
        RawClient client = listener.client()) {
      RawClient.Answer answer = client.send(GET).read();
      while (answer.header("connection") == null) {
        answer = client.send(GET).read();
      }
      assertThat(answer.status()).isEqualTo(200);
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void closesConnectionsBeyondTheLimit() throws Exception {
    HttpLimits limits = HttpLimits.builder().maxConnections(1).build();
    try (TestListener listener = TestListener.open(limits, OK)) {
      try (RawClient first = listener.client();
          RawClient second = listener.client()) {
        assertThat(first.send(GET).read().status()).isEqualTo(200);
        assertThat(second.atEnd()).isTrue();
        first.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").read();
        assertThat(first.atEnd()).isTrue();
      }
      RawClient.Answer answer = null;
      while (answer == null) {
        try (RawClient third = listener.client()) {
          answer = third.send(GET).read();
        } catch (IOException e) {
          // The first connection is not yet counted out.
          Thread.onSpinWait();
        }
      }
      assertThat(answer.status()).isEqualTo(200);
    }
  }
}
