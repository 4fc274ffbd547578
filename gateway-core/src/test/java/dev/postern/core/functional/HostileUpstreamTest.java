package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.Health;
import dev.postern.core.HostBackend;
import dev.postern.core.Retry;
import dev.postern.core.Timeout;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Upstreams that break off, lie about their content, never end or try to say more than one thing.
 */
@org.junit.jupiter.api.Timeout(60)
class HostileUpstreamTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\n";
  private static final String OTHER = HEAD + "Content-Length: 5\r\n\r\nother";

  private static Health evictsAtOnce() {
    return new Health(new Health.Eviction(Duration.ofMinutes(1), null, null, null, null, null));
  }

  /**
   * Returns an upstream that does {@code bad} on its first connection, and serves on later ones.
   */
  private static ScriptedUpstream atFirst(ScriptedUpstream.Script bad) throws Exception {
    return new ScriptedUpstream(connection -> {
      if (connection.upstream().heads.isEmpty() && connection.readHead() != null) {
        bad.serve(connection);
        return;
      }
      while (connection.readRequest() != null) {
        connection.write(ScriptedUpstream.OK);
      }
    });
  }

  private static ScriptedUpstream.Script says(String text) {
    return connection -> connection.write(text);
  }

  private static ScriptedUpstream.Script repeats(String start, String again) {
    return connection -> {
      connection.write(start);
      while (true) {
        connection.write(again);
      }
    };
  }

  /** What never becomes a response. */
  static Stream<Arguments> heads() {
    List<Arguments> all = new ArrayList<>();
    all.add(argumentSet("reset before the head", scripted(ScriptedUpstream.Connection::reset)));
    all.add(argumentSet("end before the head", scripted(connection -> {})));
    all.add(argumentSet("end within the head", scripted(says(HEAD + "X-A: b\r\n"))));
    all.add(argumentSet("garbage", scripted(says("SSH-2.0-OpenSSH_9.6\r\n\r\n"))));
    all.add(argumentSet("binary garbage", scripted(says("\u0000\u0016\u0003\u0001\r\n\r\n"))));
    all.add(argumentSet("status without number", scripted(says("HTTP/1.1 abc OK\r\n\r\n"))));
    all.add(argumentSet("status of two digits", scripted(says("HTTP/1.1 99 OK\r\n\r\n"))));
    all.add(argumentSet("another version", scripted(says("HTTP/3.7 200 OK\r\n\r\n"))));
    all.add(argumentSet("preface of HTTP/2", scripted(says("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))));
    all.add(
        argumentSet(
            "uninvited 101",
            scripted(
                says(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x"
                        + "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"))));
    all.add(argumentSet("endless 100", scripted(repeats("", "HTTP/1.1 100 Continue\r\n\r\n"))));
    all.add(argumentSet("endless 103", scripted(repeats("", "HTTP/1.1 103 Hints\r\n\r\n"))));
    all.add(
        argumentSet("endless head", scripted(repeats(HEAD, "X-A: " + "a".repeat(90) + "\r\n"))));
    all.add(argumentSet("endless line", scripted(repeats(HEAD + "X-A: ", "a".repeat(100)))));
    all.add(argumentSet("endless status line", scripted(repeats("HTTP/1.1 200 ", "a".repeat(99)))));
    all.add(
        argumentSet(
            "300 KiB of head",
            scripted(
                says(
                    HEAD
                        + ("X-A: " + "a".repeat(1017) + "\r\n").repeat(300)
                        + "Content-Length: 2\r\n\r\nno"))));
    all.add(
        argumentSet(
            "two lengths",
            scripted(says(HEAD + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nno!"))));
    all.add(argumentSet("negative length", scripted(says(HEAD + "Content-Length: -2\r\n\r\nno"))));
    all.add(argumentSet("signed length", scripted(says(HEAD + "Content-Length: +2\r\n\r\nno"))));
    all.add(
        argumentSet("list of lengths", scripted(says(HEAD + "Content-Length: 2, 2\r\n\r\nno"))));
    all.add(
        argumentSet(
            "unknown coding",
            scripted(says(HEAD + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"))));
    all.add(
        argumentSet(
            "content where there is none",
            scripted(says("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nno"))));
    return all.stream();
  }

  /** What begins well and breaks. The client sees the part that came. */
  static Stream<Arguments> bodies() {
    List<Arguments> all = new ArrayList<>();
    String chunked = HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    all.add(
        argumentSet("length too long", scripted(says(HEAD + "Content-Length: 10\r\n\r\nhello"))));
    all.add(argumentSet("no last chunk", scripted(says(chunked))));
    all.add(argumentSet("chunk cut off", scripted(says(chunked + "5\r\nhe"))));
    all.add(
        argumentSet(
            "size that is no number", scripted(says(chunked + "zz\r\nhello\r\n0\r\n\r\n"))));
    all.add(argumentSet("negative size", scripted(says(chunked + "-1\r\nx\r\n0\r\n\r\n"))));
    all.add(argumentSet("huge size", scripted(says(chunked + "fffffffffffffffff\r\nx"))));
    all.add(argumentSet("last chunk without end", scripted(says(chunked + "0\r\nX-A: b"))));
    return all.stream();
  }

  private static ScriptedUpstream.Script scripted(ScriptedUpstream.Script script) {
    return script;
  }

  @ParameterizedTest
  @MethodSource("heads")
  void whatIsNoResponseIs503AndTheNextRequestIsServed(ScriptedUpstream.Script bad)
      throws Exception {
    try (ScriptedUpstream upstream = atFirst(bad);
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      Answer answer = client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").answer(false);
      assertThat(answer.text()).isEqualTo("503 upstream call failed");
      assertThat(answer.headers().get("cache-control")).isEqualTo("no-store");
      assertThat(stage.fate()).isEqualTo("UpstreamFailure DONE");

      assertThat(client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n").answer(false).text())
          .isEqualTo("200 ok");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
      assertThat(upstream.heads).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void resetBeforeTheHeadIs503ThroughEveryDoor(Door door) throws Exception {
    try (ScriptedUpstream upstream = atFirst(ScriptedUpstream.Connection::reset);
        Stage stage = Stage.before(upstream.address())) {
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("503 upstream call failed");
      assertThat(stage.fate()).isEqualTo("UpstreamFailure DONE");
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @ParameterizedTest
  @MethodSource("heads")
  void whatIsNoResponseEvictsItsEndpointAndAnotherServes(ScriptedUpstream.Script bad)
      throws Exception {
    try (ScriptedUpstream hostile = atFirst(bad);
        ScriptedUpstream sound = ScriptedUpstream.answering(ScriptedUpstream.OK);
        Stage stage =
            Stage.before(
                hostile.address() + " " + sound.address(),
                evictsAtOnce(),
                Retry.builder().attempts(1).build())) {
      assertThat(Door.HTTP_1.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      var record = stage.record();
      assertThat(record.attempts()).isEqualTo(2);
      assertThat(record.endpoint()).isEqualTo(sound.address());
      assertThat(sound.heads.getFirst()).containsIgnoringCase("x-retry-attempt: 1\r\n");

      assertThat(Door.HTTP_1.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      assertThat(stage.record().attempts()).isEqualTo(1);
      assertThat(hostile.heads).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void brokenContentReachesTheClientAsBrokenContent(ScriptedUpstream.Script bad) throws Exception {
    for (Door door : Door.values()) {
      try (ScriptedUpstream upstream = atFirst(bad);
          Stage stage =
              Stage.before(
                  upstream.address(), evictsAtOnce(), Retry.builder().attempts(3).build())) {
        Answer answer = door.get(stage.gateway, "/");
        assertThat(answer.status()).as("%s", door).isEqualTo(200);
        assertThat(answer.whole()).as("%s", door).isFalse();
        assertThat(stage.fate()).as("%s", door).isEqualTo("UpstreamFailure FAILED");

        assertThat(door.get(stage.gateway, "/").text()).isEqualTo("200 ok");
        assertThat(stage.fate()).isEqualTo("Upstream DONE");
        assertThat(upstream.heads).hasSize(2);
      }
    }
  }

  static Stream<Arguments> surplus() {
    String ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    String evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    return Stream.of(
        argumentSet("content beyond its length", "GET", ok + "EXTRA"),
        argumentSet("a second response", "GET", ok + evil),
        argumentSet("a line end", "GET", ok + "\r\n"),
        argumentSet(
            "a response behind the last chunk",
            "GET",
            HEAD + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + evil),
        argumentSet("content after HEAD", "HEAD", HEAD + "Content-Length: 99\r\n\r\n" + evil),
        argumentSet("content after 304", "GET", "HTTP/1.1 304 Not Modified\r\n\r\n" + evil),
        argumentSet("content after 204", "GET", "HTTP/1.1 204 No Content\r\n\r\n" + evil),
        argumentSet("content of length 0", "GET", HEAD + "Content-Length: 0\r\n\r\n" + evil));
  }

  @ParameterizedTest
  @MethodSource("surplus")
  void whatAnUpstreamSaysUnaskedIsNobodysAnswer(String method, String said) throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              if (connection.readHead() != null) {
                connection.write(connection.upstream().heads.size() == 1 ? said : OTHER);
              }
              while (connection.readHead() != null) {
                connection.write(OTHER);
              }
            });
        Stage stage = Stage.before(upstream.address())) {
      Door.HTTP_1.send(stage.gateway, GatewayRequest.builder(method, "/1").build());
      assertThat(stage.fate()).isEqualTo("Upstream DONE");

      assertThat(Door.HTTP_1.get(stage.gateway, "/2").text()).isEqualTo("200 other");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whoRefusesConnectionsIsPassedOver(Door door) throws Exception {
    String nobody;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = "127.0.0.1:" + closed.getLocalPort();
    }
    try (Stage alone = Stage.before(nobody)) {
      assertThat(door.get(alone.gateway, "/").text()).isEqualTo("503 upstream call failed");
      assertThat(alone.fate()).isEqualTo("UpstreamFailure DONE");
    }
    try (ScriptedUpstream sound = ScriptedUpstream.answering(ScriptedUpstream.OK);
        Stage stage =
            Stage.before(
                nobody + " " + sound.address(),
                evictsAtOnce(),
                Retry.builder().attempts(1).build())) {
      // Nothing was sent, so any method may be tried again.
      GatewayRequest post = GatewayRequest.post("/", Body.of("hello")).build();
      assertThat(door.send(stage.gateway, post).text()).isEqualTo("200 ok");
      assertThat(stage.record().attempts()).isEqualTo(2);
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      assertThat(stage.record().attempts()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void whoSaysNothingIsWaitedForUntilTheAttemptIsOver(Door door) throws Exception {
    try (ScriptedUpstream silent = atFirst(ScriptedUpstream.Connection::awaitEnd);
        Stage stage =
            Stage.before(
                silent.address(),
                Timeout.none().backendRequestTimeout(Duration.ofMillis(100)),
                evictsAtOnce())) {
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("504 upstream call timeout");
      assertThat(stage.fate()).isEqualTo("Timeout DONE");
      assertThat(silent.ended.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
      // The only endpoint there is serves although it was evicted.
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @Test
  void headThatDoesNotEndIsWaitedForUntilTheRequestIsOver() throws Exception {
    try (ScriptedUpstream slow =
            atFirst(connection -> {
              connection.write(HEAD + "X-A: ");
              connection.awaitEnd();
            });
        Stage stage =
            Stage.before(slow.address(), Timeout.none().requestTimeout(Duration.ofMillis(100)))) {
      assertThat(Door.HTTP_1.get(stage.gateway, "/").text()).isEqualTo("504 request timeout");
      assertThat(stage.fate()).isEqualTo("Timeout DONE");
      assertThat(slow.ended.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void responseThatComesByteByByteIsWhole(Door door) throws Exception {
    String response =
        HEAD + "Transfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\nhello\r\n0\r\nX-T: u\r\n\r\n";
    try (ScriptedUpstream slow =
            atFirst(connection -> {
              connection.socket().setTcpNoDelay(true);
              for (int i = 0; i < response.length(); i++) {
                connection.write(response.substring(i, i + 1));
              }
              connection.awaitEnd();
            });
        Stage stage = Stage.before(slow.address())) {
      Answer answer = door.get(stage.gateway, "/");
      assertThat(answer.text()).isEqualTo("200 hello");
      assertThat(answer.headers().get("x-a")).isEqualTo("b");
      assertThat(answer.trailers().get("x-t")).isEqualTo("u");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void contentThatStopsComingIsCutAfterTheIdleTime(Door door) throws Exception {
    try (ScriptedUpstream stops =
            atFirst(connection -> {
              connection.write(HEAD + "Content-Length: 10\r\n\r\nhello");
              connection.awaitEnd();
            });
        Stage stage =
            Stage.before(
                stops.address(), Timeout.none().streamIdleTimeout(Duration.ofMillis(100)))) {
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("200 hello (cut)");
      assertThat(stage.fate()).isEqualTo("Timeout FAILED");
      assertThat(stops.ended.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("200 ok");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void contentThatNeverEndsIsCutWhenItsTimeIsOver(Door door) throws Exception {
    try (ScriptedUpstream endless =
            atFirst(repeats(HEAD + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"));
        Stage stage =
            Stage.before(
                endless.address(), Timeout.none().streamMaxDuration(Duration.ofMillis(200)))) {
      Answer answer = door.get(stage.gateway, "/");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.whole()).isFalse();
      assertThat(stage.fate()).isEqualTo("Timeout FAILED");
      assertThat(endless.ended.poll(5, TimeUnit.SECONDS)).isEqualTo("broken");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void resetWithinTheContentIsSeenBehindWhatCame(Door door) throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    try (ScriptedUpstream upstream =
            atFirst(connection -> {
              connection.write(HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
              seen.await();
              connection.reset();
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
                                        "watch",
                                        (exchange, request, next) ->
                                            watched(next.proceed(exchange, request), seen)))
                                .backend(HostBackend.of(upstream.address()))))) {
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("200 hello (cut)");
      assertThat(stage.fate()).isEqualTo("UpstreamFailure FAILED");
    }
  }

  /** Tells when the first piece has come. */
  private static GatewayResponse watched(GatewayResponse response, CountDownLatch first) {
    BodyStream stream = response.body().open();
    return response.withBody(
        Body.of(
            new BodyStream() {
              @Override
              public @Nullable ByteBuffer next() throws IOException {
                ByteBuffer piece = stream.next();
                first.countDown();
                return piece;
              }

              @Override
              public void close() {
                stream.close();
              }
            }));
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void interimResponsesAreNotPassedOn(Door door) throws Exception {
    String interim =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            + "HTTP/1.1 102 Processing\r\n\r\n";
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(interim + ScriptedUpstream.OK);
        Stage stage = Stage.before(upstream.address())) {
      Answer answer = door.get(stage.gateway, "/");
      assertThat(answer.text()).isEqualTo("200 ok");
      assertThat(answer.headers().contains("link")).isFalse();
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  static Stream<Arguments> splits() {
    return Stream.of(
        argumentSet("carriage return", "X-A: b\rSet-Cookie: evil=1"),
        argumentSet("nul", "X-A: b\u0000Set-Cookie: evil=1"),
        argumentSet("escape", "X-A: b\u001b[31m"),
        argumentSet("delete", "X-A: b\u007f"),
        argumentSet("space in the name", "X A: b"),
        argumentSet("colon alone", ": b"));
  }

  @ParameterizedTest
  @MethodSource("splits")
  void headerThatWouldSplitTheResponseIsLeftOut(String line) throws Exception {
    try (ScriptedUpstream upstream =
            ScriptedUpstream.answering(
                HEAD + line + "\r\nX-Good: 1\r\nContent-Length: 2\r\n\r\nok");
        Stage stage = Stage.before(upstream.address())) {
      for (Door door : Door.values()) {
        Answer answer = door.get(stage.gateway, "/");
        assertThat(answer.text()).as("%s", door).isIn("200 ok", "503 upstream call failed");
        assertThat(answer.headers().contains("set-cookie")).isFalse();
        assertThat(answer.headers().contains("x-a")).isFalse();
        assertThat(answer.headers().contains("x-good")).isEqualTo(answer.status() == 200);
        stage.record();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void locationThatWouldSplitTheResponseIsAnError(Door door) throws Exception {
    try (ScriptedUpstream upstream =
            ScriptedUpstream.answering(
                "HTTP/1.1 302 Found\r\nLocation: /a\u0001b\r\nContent-Length: 0\r\n\r\n");
        Stage stage = Stage.before(upstream.address())) {
      assertThat(door.get(stage.gateway, "/").text()).isEqualTo("500 internal error");
      assertThat(stage.fate()).isEqualTo("Internal DONE");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void largeHeadWithinTheLimitIsPassedOn(Door door) throws Exception {
    String value = "a".repeat(6000);
    try (ScriptedUpstream upstream =
            ScriptedUpstream.answering(
                HEAD + ("X-A: " + value + "\r\n").repeat(9) + "Content-Length: 2\r\n\r\nok");
        Stage stage = Stage.before(upstream.address())) {
      Answer answer = door.get(stage.gateway, "/");
      assertThat(answer.text()).isEqualTo("200 ok");
      assertThat(answer.headers().all("x-a")).hasSize(9).containsOnly(value);
      stage.record();
    }
  }
}
