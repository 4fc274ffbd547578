package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of clients when the gateway is closed. */
@Timeout(60)
class DrainTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;

  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private ScriptedUpstream answeringLate() throws IOException {
    return new ScriptedUpstream(connection -> {
      while (connection.readRequest() != null) {
        arrived.countDown();
        goOn.await();
        connection.write(ScriptedUpstream.OK);
      }
    });
  }

  private void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static Thread closing(Stage stage, Duration deadline) {
    return Thread.ofVirtual().start(() -> stage.gateway.close(deadline));
  }

  /** Waits until no connection is accepted any more. */
  private static void awaitRefusal(int port) {
    while (true) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.setSoTimeout(10);
      } catch (IOException e) {
        return;
      }
    }
  }

  @Test
  void requestInFlightIsAnsweredAndItsConnectionClosed() throws Exception {
    try (ScriptedUpstream upstream = answeringLate();
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      int port = stage.port();
      client.send(GET);
      await(arrived);
      Thread closing = closing(stage, PATIENCE);
      awaitRefusal(port);
      goOn.countDown();

      Answer answer = client.answer(false);
      assertThat(answer.text()).isEqualTo("200 ok");
      assertThat(answer.headers().get("connection")).isEqualTo("close");
      assertThat(client.ended()).isTrue();
      closing.join();
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @Test
  void streamInFlightGoesOnToItsEnd() throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              connection.readRequest();
              connection.write(
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
              goOn.await();
              connection.write("5\r\nworld\r\n0\r\n\r\n");
              connection.awaitEnd();
            });
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      int port = stage.port();
      client.send(GET).readUntil("hello");
      Thread closing = closing(stage, PATIENCE);
      awaitRefusal(port);
      goOn.countDown();

      assertThat(client.readUntil("\r\n0\r\n\r\n")).contains("world");
      closing.join();
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @Test
  void idleConnectionIsClosedAtOnce() throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(ScriptedUpstream.OK);
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      assertThat(client.send(GET).answer(false).text()).isEqualTo("200 ok");
      stage.record();
      stage.gateway.close(PATIENCE);
      assertThat(client.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Caller.Kind.class,
      names = {"CLOSING", "HTTP_2"})
  void requestThatOutlastsTheDeadlineIsCut(Caller.Kind kind) throws Exception {
    try (ScriptedUpstream upstream = answeringLate();
        Stage stage = Stage.before(upstream.address());
        Caller caller = Caller.start(kind, stage, null)) {
      await(arrived);
      stage.gateway.close(Duration.ofMillis(50));

      caller.await("<end>");
      assertThat(stage.record().attempts()).isEqualTo(1);
      goOn.countDown();
    }
  }

  @Test
  void multiplexedRequestInFlightIsAnswered() throws Exception {
    try (ScriptedUpstream upstream = answeringLate();
        Stage stage = Stage.before(upstream.address());
        Caller caller = Caller.start(Caller.Kind.HTTP_2, stage, null)) {
      int port = stage.port();
      await(arrived);
      Thread closing = closing(stage, PATIENCE);
      awaitRefusal(port);
      goOn.countDown();

      caller.await("ok");
      closing.join();
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @Test
  void callOfThisProcessIsAnsweredToo() throws Exception {
    try (ScriptedUpstream upstream = answeringLate();
        Stage stage = Stage.before(upstream.address());
        Caller caller = Caller.start(Caller.Kind.IN_PROCESS, stage, null)) {
      int port = stage.port();
      await(arrived);
      Thread closing = closing(stage, PATIENCE);
      awaitRefusal(port);
      goOn.countDown();

      caller.await("ok");
      closing.join();
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @Test
  void idleMultiplexedConnectionIsToldToGoAway() throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(ScriptedUpstream.OK);
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      String noSettings = "\0\0\0\4\0\0\0\0\0";
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + noSettings);
      DataInputStream in = new DataInputStream(client.socket.getInputStream());
      assertThat(frame(in)).isEqualTo(SETTINGS);
      Thread closing = closing(stage, PATIENCE);
      int type = frame(in);
      while (type != GO_AWAY) {
        type = frame(in);
      }
      closing.join();
    }
  }

  /** Returns the type of the next frame; a GOAWAY must tell of no error. */
  private static int frame(DataInputStream in) throws IOException {
    int head = in.readInt();
    in.readNBytes(5);
    byte[] content = in.readNBytes(head >>> 8);
    int type = head & 0xff;
    if (type == GO_AWAY) {
      assertThat(content[7]).isZero();
    }
    return type;
  }
}
