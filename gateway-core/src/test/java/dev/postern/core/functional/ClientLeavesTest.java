package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.BackendTls;
import dev.postern.core.HostBackend;
import dev.postern.core.Retry;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that leave before they have their answer: the upstream is let go of, nothing is tried
 * again.
 */
@Timeout(60)
class ClientLeavesTest {
  private static final Retry RETRY =
      Retry.builder().attempts(3).codes(503).methods("GET", "POST").build();

  private final CountDownLatch arrived = new CountDownLatch(1);

  private static void assertLeft(Stage stage, int attempts) throws InterruptedException {
    RequestRecord record = stage.record();
    assertThat(record.reason()).isEqualTo(Reason.CANCELLED);
    assertThat(record.attempts()).isEqualTo(attempts);
  }

  private static void assertEnded(ScriptedUpstream upstream) throws InterruptedException {
    assertThat(upstream.ended.poll(5, TimeUnit.SECONDS)).as("the upstream was let go").isNotNull();
  }

  @ParameterizedTest
  @EnumSource
  void whileTheFirstByteIsAwaited(Caller.Kind kind) throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readRequest();
              arrived.countDown();
              connection.awaitEnd();
            });
        Stage stage = Stage.before(upstream.address(), RETRY);
        Caller caller = Caller.start(kind, stage, null)) {
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      caller.leave();

      assertEnded(upstream);
      assertLeft(stage, 1);
      assertThat(upstream.heads).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void withinAStream(Caller.Kind kind) throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readRequest();
              connection.write(
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
              connection.awaitEnd();
            });
        Stage stage = Stage.before(upstream.address(), RETRY);
        Caller caller = Caller.start(kind, stage, null)) {
      caller.await("data: 1");
      caller.leave();

      assertEnded(upstream);
      assertLeft(stage, 1);
      assertThat(upstream.heads).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whileTheyUpload(Caller.Kind kind) throws Exception {
    Retry once = Retry.builder().attempts(3).codes(503).methods("POST").bufferLimit(0).build();
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              String head = connection.readHead();
              connection.socket().getInputStream().readNBytes(head.contains("ength") ? 5 : 8);
              arrived.countDown();
              connection.awaitEnd();
            });
        Stage stage = Stage.before(upstream.address(), once);
        Caller caller = Caller.start(kind, stage, "hello")) {
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      caller.leave();

      assertEnded(upstream);
      assertLeft(stage, 1);
      assertThat(upstream.heads).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whileTheirUploadIsKeptForAnotherAttempt(Caller.Kind kind) throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(ScriptedUpstream.OK);
        Stage stage =
            new Stage(
                Stage.builder()
                    .route(
                        "r",
                        route ->
                            route
                                .policy(RETRY)
                                .policy(
                                    new Guard(
                                        "arrived",
                                        (exchange, request, next) -> {
                                          arrived.countDown();
                                          return next.proceed(exchange, request);
                                        }))
                                .backend(HostBackend.of(upstream.address()))));
        Caller caller = Caller.start(kind, stage, "hello")) {
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      caller.leave();

      assertLeft(stage, 0);
      assertThat(upstream.heads).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void inThePauseBeforeAnotherAttempt(Caller.Kind kind) throws Exception {
    Retry patient =
        Retry.builder()
            .attempts(3)
            .codes(503)
            .backoff(Retry.Backoff.fixed(Duration.ofHours(1)))
            .build();
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readRequest();
              connection.write("HTTP/1.1 503 No\r\nContent-Length: 100\r\n\r\nnot all");
              // What is not wanted is let go of before the pause.
              connection.awaitEnd();
              arrived.countDown();
            });
        Stage stage = Stage.before(upstream.address(), patient);
        Caller caller = Caller.start(kind, stage, null)) {
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      caller.leave();

      assertLeft(stage, 1);
      assertThat(upstream.heads).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whileTheConnectionToTheUpstreamIsSecured(Caller.Kind kind) throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.socket().getInputStream().read();
              arrived.countDown();
              connection.awaitEnd();
            });
        Stage stage = Stage.before(upstream.address(), RETRY, BackendTls.system());
        Caller caller = Caller.start(kind, stage, null)) {
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      caller.leave();

      assertEnded(upstream);
      assertLeft(stage, 1);
    }
  }

  /** The gateway has more to write than the client, who reads nothing, lets it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whileTheyDoNotRead(boolean resetting) throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readRequest();
              connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
              String megabyte = "x".repeat(1 << 20);
              for (int i = 0; i < 100; i++) {
                connection.write(megabyte);
              }
            });
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("xxxx");
      if (resetting) {
        client.reset();
      } else {
        client.close();
      }

      assertThat(upstream.ended.poll(5, TimeUnit.SECONDS)).isEqualTo("broken");
      assertLeft(stage, 1);
    }
  }

  @Test
  void whatTheyAskedForBehindAnotherRequestIsNotBegun() throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readRequest();
              arrived.countDown();
              connection.awaitEnd();
            });
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      client.reset();

      assertEnded(upstream);
      assertLeft(stage, 1);
      assertThat(upstream.heads).hasSize(1);
    }
  }

  @Test
  void oneStreamLeavesAndItsNeighboursStay() throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              while (connection.readRequest() != null) {
                if (connection.upstream().heads.size() == 1) {
                  arrived.countDown();
                  connection.awaitEnd();
                  return;
                }
                connection.write(ScriptedUpstream.OK);
              }
            });
        Stage stage = Stage.before(upstream.address());
        Caller caller = Caller.start(Caller.Kind.HTTP_2, stage, null)) {
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      caller.leave();
      assertLeft(stage, 1);
      assertThat(Door.HTTP_2.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsTheExchangeOnceAndItsHooksToo(Caller.Kind kind) throws Exception {
    AtomicInteger ends = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(1);
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readRequest();
              arrived.countDown();
              connection.awaitEnd();
            });
        Stage stage =
            new Stage(
                Stage.builder()
                    .route(
                        "r",
                        route ->
                            route
                                .policy(
                                    new Guard(
                                        "ends",
                                        (exchange, request, next) -> {
                                          exchange.onEnd(outcome -> {
                                            ends.incrementAndGet();
                                            ended.countDown();
                                          });
                                          return next.proceed(exchange, request);
                                        }))
                                .backend(HostBackend.of(upstream.address()))))) {
      try (Caller caller = Caller.start(kind, stage, null)) {
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        caller.leave();
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
      }
      assertLeft(stage, 1);
      assertThat(ends).hasValue(1);
    }
  }
}
