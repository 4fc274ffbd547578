package dev.postern.core.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.ClientBodyException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.upstream.UpstreamException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What breaks upstream, and what is said of it. */
@Timeout(60)
class UpstreamFailureTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final UpstreamClient client =
      UpstreamClient.create(
          Timers.system(),
          host -> {
            throw new UnknownHostException(host);
          },
          Duration.ofSeconds(30));
  private final Scope scope = Scope.root(Timers.system());

  @AfterEach
  void close() {
    client.close();
  }

  private GatewayResponse call(RawServer server, GatewayRequest request) throws IOException {
    return call(server.endpoint(), request, 0);
  }

  private GatewayResponse call(Endpoint endpoint, GatewayRequest request, long firstByteMillis)
      throws IOException {
    long nanos = TimeUnit.MILLISECONDS.toNanos(firstByteMillis);
    return client.call(new UpstreamCall(request, endpoint, Transport.DEFAULT, nanos), scope);
  }

  private GatewayResponse get(RawServer server) throws IOException {
    return call(server, GatewayRequest.get("/").build());
  }

  private static void assertFails(Call call, Kind kind, boolean sent) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            UpstreamException.class,
            e -> {
              assertThat(e.kind()).as(e.toString()).isEqualTo(kind);
              assertThat(e.requestSent()).isEqualTo(sent);
            });
  }

  private interface Call {
    void run() throws Exception;
  }

  private static Body streamed(long length, Supplier<ByteBuffer> pieces) {
    return Body.of(
        new BodyStream() {
          @Override
          public ByteBuffer next() throws IOException {
            ByteBuffer piece = pieces.get();
            if (piece == null) {
              throw new ClientBodyException(400, "broken", null);
            }
            return piece;
          }

          @Override
          public void close() {}
        },
        length);
  }

  @Test
  void tellsThatANameIsUnknown() {
    Endpoint endpoint = new Endpoint("nowhere.invalid", 80, false);

    assertFails(() -> call(endpoint, GatewayRequest.get("/").build(), 0), Kind.DNS, false);
  }

  @Test
  void tellsThatNobodyListens() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    Endpoint endpoint = new Endpoint("127.0.0.1", port, false);

    assertFails(() -> call(endpoint, GatewayRequest.get("/").build(), 0), Kind.CONNECT, false);
  }

  @Test
  void tellsThatConnectingTookTooLong() throws Exception {
    // A handshake that never comes: the connection stands, TLS does not.
    try (RawServer server = RawServer.of(RawServer.Connection::awaitEnd)) {
      Endpoint endpoint = new Endpoint("127.0.0.1", server.endpoint().port(), true);
      Transport transport =
          new Transport(
              null,
              Transport.Version.AUTO,
              Duration.ofMillis(100),
              null,
              Transport.LookupFamily.ALL);
      UpstreamCall call = new UpstreamCall(GatewayRequest.get("/").build(), endpoint, transport, 0);

      assertFails(() -> client.call(call, scope), Kind.CONNECT, false);
    }
  }

  @Test
  void tellsThatThePeerDoesNotSpeakTls() throws Exception {
    try (RawServer server =
        RawServer.of(connection -> connection.write("HTTP/1.1 400 No\r\n\r\n"))) {
      Endpoint endpoint = new Endpoint("127.0.0.1", server.endpoint().port(), true);

      assertFails(() -> call(endpoint, GatewayRequest.get("/").build(), 0), Kind.TLS, false);
    }
  }

  @Test
  void tellsThatTheConnectionWasResetBeforeTheHead() throws Exception {
    try (RawServer server =
        RawServer.of(connection -> {
          connection.readRequest();
          connection.reset();
        })) {
      assertFails(() -> get(server), Kind.RESET, true);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nX-A: b\r\n"})
  void tellsThatTheConnectionEndedWithinTheHead(String part) throws Exception {
    try (RawServer server =
        RawServer.of(connection -> {
          connection.readRequest();
          connection.write(part);
        })) {
      assertFails(() -> get(server), Kind.RESET, true);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      })
  void tellsThatTheHeadBreaksTheRules(String head) throws Exception {
    try (RawServer server = RawServer.answering(head)) {
      assertFails(() -> get(server), Kind.PROTOCOL, true);
    }
  }

  @Test
  void tellsThatTheHeadDoesNotCome() throws Exception {
    try (RawServer server = RawServer.of(RawServer.Connection::awaitEnd)) {
      assertFails(
          () -> call(server.endpoint(), GatewayRequest.get("/").build(), 50), Kind.TIMEOUT, true);
    }
  }

  @Test
  void doesNotTakeInterimResponsesForTheHead() throws Exception {
    try (RawServer server =
        RawServer.of(connection -> {
          connection.readRequest();
          connection.write("HTTP/1.1 103 Early Hints\r\n\r\n");
          connection.awaitEnd();
        })) {
      assertFails(
          () -> call(server.endpoint(), GatewayRequest.get("/").build(), 100), Kind.TIMEOUT, true);
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP/1.1 100 Continue\\r\\n\\r\\n", "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaa\\r\\n"})
  void givesUpOnAHeadWithoutEnd(String repeated) throws Exception {
    String text = repeated.replace("\\r", "\r").replace("\\n", "\n");
    try (RawServer server =
        RawServer.of(connection -> {
          connection.readRequest();
          connection.write(text.startsWith("HTTP") ? "" : "HTTP/1.1 200 OK\r\n");
          while (true) {
            connection.write(text);
          }
        })) {
      assertFails(() -> get(server), Kind.RESET, true);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 10\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx",
      })
  void tellsThatTheBodyBrokeOff(String rest) throws Exception {
    try (RawServer server =
        RawServer.of(connection -> {
          connection.readRequest();
          connection.write("HTTP/1.1 200 OK\r\n" + rest);
        })) {
      GatewayResponse response = get(server);

      assertFails(() -> response.body().readAll(1 << 20), Kind.BODY, true);
    }
  }

  @Test
  void sendsAnIdempotentRequestAgainWhenThePooledConnectionWasDead() throws Exception {
    try (RawServer server = diesAfterOneAnswer()) {
      get(server).body().readAll(10);

      assertThat(get(server).body().readAll(10)).isEqualTo("ok".getBytes(UTF_8));
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  /** The first connection answers once and breaks at the second request; later ones are fine. */
  private static RawServer diesAfterOneAnswer() {
    return RawServer.of(connection -> {
      while (connection.readRequest() != null) {
        connection.write(OK);
        if (connection.number() == 1) {
          connection.readRequest();
          return;
        }
      }
    });
  }

  @Test
  void doesNotSendOthersAgainWhenTheyMayHaveArrived() throws Exception {
    try (RawServer server = diesAfterOneAnswer()) {
      get(server).body().readAll(10);

      assertFails(
          () -> call(server, GatewayRequest.post("/", Body.of("x")).build()), Kind.RESET, true);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void sendsOthersAgainIfTheCallSaysSo() throws Exception {
    try (RawServer server = diesAfterOneAnswer()) {
      get(server).body().readAll(10);
      GatewayRequest post = GatewayRequest.post("/", Body.of("x")).build();

      GatewayResponse response =
          client.call(new UpstreamCall(post, server.endpoint(), Transport.DEFAULT, 0, true), scope);

      assertThat(response.status()).isEqualTo(200);
    }
  }

  @Test
  void doesNotSendAStreamedBodyTwice() throws Exception {
    try (RawServer server = diesAfterOneAnswer()) {
      get(server).body().readAll(10);
      Body body = Body.of(BodyStream.of(ByteBuffer.wrap(new byte[] {1})), 1);
      GatewayRequest put = GatewayRequest.builder("PUT", "/").body(body).build();

      assertFails(() -> call(server, put), Kind.RESET, true);
    }
  }

  @Test
  void doesNotSendAgainWhenAFreshConnectionBreaks() throws Exception {
    try (RawServer server = RawServer.of(RawServer.Connection::readRequest)) {
      assertFails(() -> get(server), Kind.RESET, true);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void handsOutTheFailureOfTheClientsOwnBody() throws Exception {
    ClientBodyException broken = new ClientBodyException(408, "stopped coming", null);
    BodyStream stream =
        new BodyStream() {
          @Override
          public ByteBuffer next() throws IOException {
            throw broken;
          }

          @Override
          public void close() {}
        };
    try (RawServer server = RawServer.answering(OK)) {
      GatewayRequest request = GatewayRequest.post("/", Body.of(stream)).build();

      assertThatThrownBy(() -> call(server, request)).isSameAs(broken);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 5})
  void blamesTheClientForABodyOfAnotherLength(long announced) throws Exception {
    try (RawServer server = RawServer.answering(OK)) {
      Body body = Body.of(BodyStream.of(ByteBuffer.wrap(new byte[] {1, 2, 3})), announced);

      assertThatThrownBy(() -> call(server, GatewayRequest.post("/", body).build()))
          .isInstanceOf(ClientBodyException.class);
    }
  }

  @Test
  void handsOutAnAnswerThatCameBeforeTheBodyWasSent() throws Exception {
    try (RawServer server =
        RawServer.of(connection -> {
          connection.socket().getInputStream().read();
          connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
          connection.awaitEnd();
        })) {
      Body endless = streamed(-1, () -> ByteBuffer.wrap(new byte[1000]));

      assertThat(call(server, GatewayRequest.post("/", endless).build()).status()).isEqualTo(413);
    }
  }
}
