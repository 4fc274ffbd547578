package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile clients send, on raw sockets. */
class Http1GuardTest {
  private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
  private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

  private static final Queue<String> PATHS = new ConcurrentLinkedQueue<>();
  private static final Handler ECHO =
      (exchange, request) -> {
        PATHS.add(request.path());
        byte[] body = request.body().readAll(1 << 20);
        return GatewayResponse.text(
            200, request.path() + ":" + new String(body, StandardCharsets.UTF_8));
      };
  private static TestListener listener;

  @BeforeAll
  static void open() throws IOException {
    listener = TestListener.open(ECHO);
  }

  @AfterAll
  static void close() {
    listener.close();
  }

  @AfterEach
  void forget() {
    PATHS.clear();
  }

  static Stream<Arguments> heads() {
    return Stream.of(
        argumentSet(
            "length and coding",
            400,
            POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        argumentSet(
            "coding and length",
            400,
            POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        argumentSet(
            "two lengths", 400, POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        argumentSet(
            "two equal lengths", 400, POST + "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello"),
        argumentSet("list of lengths", 400, POST + "Content-Length: 5, 5\r\n\r\nhello"),
        argumentSet("length with a sign", 400, POST + "Content-Length: +5\r\n\r\nhello"),
        argumentSet("negative length", 400, POST + "Content-Length: -5\r\n\r\nhello"),
        argumentSet("hexadecimal length", 400, POST + "Content-Length: 0x5\r\n\r\nhello"),
        argumentSet("empty length", 400, POST + "Content-Length: \r\n\r\nhello"),
        argumentSet(
            "length of 2^63", 400, POST + "Content-Length: 9223372036854775808\r\n\r\nhello"),
        argumentSet("length with a space inside", 400, POST + "Content-Length: 1 0\r\n\r\nhello"),
        argumentSet(
            "list of codings", 400, POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        argumentSet(
            "list that ends in chunked",
            400,
            POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        argumentSet("unknown coding", 400, POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        argumentSet(
            "coding twice",
            400,
            POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        argumentSet("empty coding", 400, POST + "Transfer-Encoding:\r\n\r\n0\r\n\r\n"),
        argumentSet(
            "coding with a parameter",
            400,
            POST + "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n"),
        argumentSet(
            "coding with a vertical tab",
            400,
            POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
        argumentSet("quoted coding", 400, POST + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
        argumentSet("identity", 501, POST + "Transfer-Encoding: identity\r\n\r\n"),
        argumentSet("gzip", 501, POST + "Transfer-Encoding: GZip\r\n\r\n"),
        argumentSet(
            "coding in HTTP/1.0",
            400,
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        argumentSet(
            "line feed alone behind the request line", 400, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        argumentSet(
            "line feed alone behind a header", 400, "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        argumentSet("line feed alone at the end", 400, "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        argumentSet("carriage return alone", 400, "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"),
        argumentSet(
            "three empty lines first", 400, "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("control byte first", 400, "\0GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("space first", 400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("folded header", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
        argumentSet(
            "header folded with a tab", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n"),
        argumentSet("space before the first header", 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        argumentSet("space before the colon", 400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        argumentSet("tab before the colon", 400, "GET / HTTP/1.1\r\nHost\t: a\r\n\r\n"),
        argumentSet("no name", 400, "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
        argumentSet("no colon", 400, "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
        argumentSet("name that is no token", 400, "GET / HTTP/1.1\r\nHost: a\r\nX(Y): b\r\n\r\n"),
        argumentSet(
            "name that is not ASCII", 400, "GET / HTTP/1.1\r\nHost: a\r\nX\u00e9: b\r\n\r\n"),
        argumentSet("NUL in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"),
        argumentSet("escape in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: b\u001bc\r\n\r\n"),
        argumentSet("DEL in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: b\u007f\r\n\r\n"),
        argumentSet("no host", 400, "GET / HTTP/1.1\r\n\r\n"),
        argumentSet("two hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        argumentSet("no target", 400, "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("two spaces", 400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("space in the target", 400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("control byte in the target", 400, "GET /a\u0001 HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("target that is not ASCII", 400, "GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("target without slash", 400, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("star without OPTIONS", 400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("other scheme in the target", 400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("method that is no token", 400, "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("method of 33 bytes", 400, "A".repeat(33) + " / HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet(
            "the method of refused requests",
            400,
            Http1Guard.REFUSED + " /INVALID HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("CONNECT", 405, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
        argumentSet("HTTP/0.9", 400, "GET /\r\n\r\n"),
        argumentSet("HTTP/1.2", 505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        argumentSet("HTTP/2.0", 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        argumentSet("HTTP/3.1", 505, "GET / HTTP/3.1\r\nHost: a\r\n\r\n"),
        argumentSet("http in small letters", 400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("version with a space behind it", 400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        argumentSet("version of three digits", 400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        argumentSet("broken HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
        argumentSet(
            "101 header lines",
            431,
            "GET / HTTP/1.1\r\nHost: a\r\n" + "X: b\r\n".repeat(100) + "\r\n"),
        argumentSet("head of 64 KiB and a byte", 431, head(65_537)),
        argumentSet(
            "target of 8 KiB and a byte",
            414,
            "GET /" + "a".repeat(8_192) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
        argumentSet("endless target", 414, "GET /" + "a".repeat(100_000)),
        argumentSet(
            "other expectation", 417, POST + "Content-Length: 5\r\nExpect: 200-ok\r\n\r\nhello"),
        argumentSet(
            "WebSocket",
            501,
            "GET / HTTP/1.1\r\n"
                + "Host: a\r\n"
                + "Connection: keep-alive, Upgrade\r\n"
                + "Upgrade: websocket\r\n\r\n"
                + "\u0081\u0001x"));
  }

  private static String head(int size) {
    String start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    return start + "b".repeat(size - start.length() - 4) + "\r\n\r\n";
  }

  @ParameterizedTest
  @MethodSource("heads")
  void refusesTheHeadAndEverythingBehindIt(int status, String head) throws IOException {
    try (RawClient client = listener.client()) {
      RawClient.Answer answer = client.send(head + NEXT).read();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(answer.body()).isNotEmpty();
      assertThat(client.atEnd()).isTrue();
    }
    assertThat(PATHS).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("heads")
  void refusesTheHeadAlsoWhenItComesInPieces(int status, String head) throws IOException {
    try (RawClient client = listener.client()) {
      client.socket.setTcpNoDelay(true);
      int half = head.length() / 2;
      client.send(NEXT + head.substring(0, half));
      assertThat(client.read().body()).isEqualTo("/next:");
      RawClient.Answer answer = client.send(head.substring(half) + NEXT).read();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(client.atEnd()).isTrue();
    }
    assertThat(PATHS).containsExactly("/next");
  }

  static Stream<Arguments> bodies() {
    return Stream.of(
        argumentSet("size of 17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n"),
        argumentSet("size that overflows", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
        argumentSet("size with a prefix", "0x5\r\nhello\r\n0\r\n\r\n"),
        argumentSet("size with a sign", "+5\r\nhello\r\n0\r\n\r\n"),
        argumentSet("no size", "\r\nhello\r\n0\r\n\r\n"),
        argumentSet("space behind the size", "5 \r\nhello\r\n0\r\n\r\n"),
        argumentSet("line feed alone behind the size", "5\nhello\r\n0\r\n\r\n"),
        argumentSet("line feed alone behind an extension", "5;a=b\nhello\r\n0\r\n\r\n"),
        argumentSet("carriage return alone behind the size", "5\rhello\r\n0\r\n\r\n"),
        argumentSet("chunk that goes on", "5\r\nhelloo\r\n0\r\n\r\n"),
        argumentSet("line feed alone behind a chunk", "5\r\nhello\n0\r\n\r\n"),
        argumentSet("long extension", "5;" + "a".repeat(256) + "\r\nhello\r\n0\r\n\r\n"),
        argumentSet(
            "many extensions", ("1;" + "a".repeat(255) + "\r\nx\r\n").repeat(65) + "0\r\n\r\n"),
        argumentSet("folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
        argumentSet("trailer with space before its colon", "0\r\nX : a\r\n\r\n"),
        argumentSet("trailer without colon", "0\r\nX\r\n\r\n"),
        argumentSet("trailers that do not end", "0\r\nX: " + "a".repeat(70_000)),
        argumentSet("line feed alone at the end", "0\r\n\n"));
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void refusesBrokenChunks(String body) throws IOException {
    try (RawClient client = listener.client()) {
      RawClient.Answer answer = client.send(CHUNKED + body + NEXT).read();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(answer.body()).isEqualTo("invalid request");
      assertThat(client.atEnd()).isTrue();
    }
    assertThat(PATHS).containsExactly("/");
  }

  static Stream<Arguments> sound() {
    return Stream.of(
        argumentSet(
            "chunked in capitals",
            POST + "Transfer-Encoding: CHUNKED\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "/:hello"),
        argumentSet(
            "chunked among white space",
            POST + "Transfer-Encoding:\tchunked \t\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "/:hello"),
        argumentSet(
            "size of 16 digits", CHUNKED + "0000000000000005\r\nhello\r\n0\r\n\r\n", "/:hello"),
        argumentSet(
            "extension of 256 bytes",
            CHUNKED + "5;" + "a".repeat(255) + "\r\nhello\r\n0\r\n\r\n",
            "/:hello"),
        argumentSet("trailers", CHUNKED + "5\r\nhello\r\n0\r\nX: a\r\nY: b\r\n\r\n", "/:hello"),
        argumentSet("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "/:"),
        argumentSet("method of 32 bytes", "A".repeat(32) + " / HTTP/1.1\r\nHost: a\r\n\r\n", "/:"),
        argumentSet(
            "100 header lines",
            "GET / HTTP/1.1\r\nHost: a\r\n" + "X: b\r\n".repeat(99) + "\r\n",
            "/:"),
        argumentSet("head of 64 KiB", head(65_536), "/:"),
        argumentSet(
            "target of 8 KiB",
            "GET /" + "a".repeat(8_191) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "/" + "a".repeat(8_191) + ":"),
        argumentSet("absolute target", "GET http://b/c HTTP/1.1\r\nHost: a\r\n\r\n", "/c:"),
        argumentSet("star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*:"),
        argumentSet(
            "length with leading zeros", POST + "Content-Length: 005\r\n\r\nhello", "/:hello"),
        argumentSet(
            "value that is not ASCII", "GET / HTTP/1.1\r\nHost: a\r\nX: \u00e9\r\n\r\n", "/:"),
        argumentSet("empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", "/:"),
        argumentSet(
            "HTTP/2 upgrade",
            "GET / HTTP/1.1\r\n"
                + "Host: a\r\n"
                + "Connection: Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n",
            "/:"),
        argumentSet(
            "other upgrade",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n",
            "/:"));
  }

  @ParameterizedTest
  @MethodSource("sound")
  void servesWhatIsSoundAndTheNextRequest(String request, String body) throws IOException {
    try (RawClient client = listener.client()) {
      assertThat(client.send(request + NEXT).read().body()).isEqualTo(body);
      assertThat(client.read().body()).isEqualTo("/next:");
    }
  }

  @ParameterizedTest
  @MethodSource("sound")
  void servesWhatComesByteByByte(String request, String body) throws IOException {
    try (RawClient client = listener.client()) {
      client.socket.setTcpNoDelay(true);
      int step = Math.max(1, request.length() / 200);
      for (int i = 0; i < request.length(); i += step) {
        client.send(request.substring(i, Math.min(request.length(), i + step)));
      }
      assertThat(client.read().body()).isEqualTo(body);
    }
  }

  @Test
  void answersEarlierRequestsBeforeItRefuses() throws IOException {
    try (RawClient client = listener.client()) {
      client.send(NEXT + NEXT + "GET / HTTP/1.1\r\nHost : a\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(client.read().status()).isEqualTo(400);
      assertThat(client.atEnd()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"G", "GET / HTTP/1.1\r\nHost: a\r\nX: b", "P", "PRI * HTTP/2.0\r\n"})
  void refusesHeadsThatDoNotEnd(String start) throws IOException {
    HttpLimits limits = HttpLimits.builder().headerTimeout(Duration.ofMillis(200)).build();
    try (TestListener listener = TestListener.open(limits, ECHO);
        RawClient client = listener.client()) {
      RawClient.Answer answer = client.send(start).read();
      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.body()).isEqualTo("request timeout");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void doesNotTakeSlowBytesForProgress() throws IOException {
    HttpLimits limits = HttpLimits.builder().headerTimeout(Duration.ofMillis(300)).build();
    try (TestListener listener = TestListener.open(limits, ECHO);
        RawClient client = listener.client()) {
      client.socket.setSoTimeout(20);
      client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
      String line = null;
      while (line == null) {
        try {
          line = client.readLine();
        } catch (java.net.SocketTimeoutException e) {
          client.send("x");
        }
      }
      assertThat(line).isEqualTo("HTTP/1.1 408 Request Timeout");
    }
  }

  @Test
  void startsTheClockAnewForEachHead() throws IOException {
    HttpLimits limits = HttpLimits.builder().headerTimeout(Duration.ofMillis(300)).build();
    try (TestListener listener = TestListener.open(limits, ECHO);
        RawClient client = listener.client()) {
      long end = System.nanoTime() + Duration.ofMillis(900).toNanos();
      while (System.nanoTime() < end) {
        client.send("GET /next HTTP/1.1\r\n");
        assertThat(client.send("Host: a\r\n\r\n").read().status()).isEqualTo(200);
      }
    }
  }
}
