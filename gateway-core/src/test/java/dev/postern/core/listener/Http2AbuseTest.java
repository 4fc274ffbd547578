package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What hostile clients of HTTP/2 send. */
@Timeout(30)
class Http2AbuseTest {
  private static final Queue<String> PATHS = new ConcurrentLinkedQueue<>();
  private static final Queue<String> COOKIES = new ConcurrentLinkedQueue<>();
  private static final Handler HANDLER =
      (exchange, request) -> {
        PATHS.add(request.path());
        COOKIES.addAll(request.headers().all("cookie"));
        return GatewayResponse.text(200, request.authority());
      };
  private static TestListener listener;

  @BeforeAll
  static void open() throws IOException {
    listener = TestListener.open(HANDLER);
  }

  @AfterAll
  static void close() {
    listener.close();
  }

  @AfterEach
  void forget() {
    PATHS.clear();
    COOKIES.clear();
  }

  static Stream<Arguments> badHeads() {
    return Stream.of(
        argumentSet("no slash", "400", new String[] {":path", "admin"}),
        argumentSet("absolute path", "400", new String[] {":path", "http://b/"}),
        argumentSet("star for GET", "400", new String[] {":path", "*"}),
        argumentSet("empty path", "RST 1", new String[] {":path", ""}),
        argumentSet("no path", "RST 1", new String[] {":path", null}),
        argumentSet("no method", "RST 1", new String[] {":method", null}),
        argumentSet("no scheme", "RST 1", new String[] {":scheme", null}),
        argumentSet("no authority", "400", new String[] {":authority", null}),
        argumentSet("another host", "RST 1", new String[] {"host", "b"}),
        argumentSet("two hosts", "400", new String[] {"host", "a", "host", "a"}),
        argumentSet("connection", "RST 1", new String[] {"connection", "close"}),
        argumentSet("keep-alive", "RST 1", new String[] {"keep-alive", "1"}),
        argumentSet("upgrade", "RST 1", new String[] {"upgrade", "websocket"}),
        argumentSet("transfer-encoding", "RST 1", new String[] {"transfer-encoding", "chunked"}),
        argumentSet("te", "RST 1", new String[] {"te", "gzip"}),
        argumentSet("capital letter", "RST 1", new String[] {"X-One", "1"}),
        argumentSet("line feed in a value", "RST 1", new String[] {"x-one", "1\n2"}),
        argumentSet("NUL in a value", "RST 1", new String[] {"x-one", "1\0002"}),
        argumentSet(
            "two lengths", "RST 1", new String[] {"content-length", "0", "content-length", "1"}),
        argumentSet("length that is not kept", "RST 1", new String[] {"content-length", "5"}),
        argumentSet("pseudo header twice", "RST 1", new String[] {":status", "200"}),
        argumentSet("method of 33 bytes", "400", new String[] {":method", "A".repeat(33)}),
        argumentSet("other expectation", "417", new String[] {"expect", "x"}),
        argumentSet(
            "CONNECT", "405", new String[] {":method", "CONNECT", ":path", null, ":scheme", null}));
  }

  @ParameterizedTest
  @MethodSource("badHeads")
  void refusesTheStreamAndServesTheNext(String becomes, String[] lines) throws Exception {
    try (Http2RawClient client = new Http2RawClient(listener.port())) {
      client.headers(1, true, lines);
      assertThat(client.status(1)).isEqualTo(becomes);
      client.headers(3, true, ":path", "/next");
      assertThat(client.status(3)).isEqualTo("200");
    }
    assertThat(PATHS).containsExactly("/next");
  }

  static Stream<Arguments> soundHeads() {
    return Stream.of(
        argumentSet("scheme in capitals", (Object) new String[] {":scheme", "HTTP"}),
        argumentSet("the same host", (Object) new String[] {"host", "a"}),
        argumentSet("host alone", (Object) new String[] {":authority", null, "host", "a"}),
        argumentSet("te trailers", (Object) new String[] {"te", "trailers"}),
        argumentSet("star", (Object) new String[] {":method", "OPTIONS", ":path", "*"}));
  }

  @ParameterizedTest
  @MethodSource("soundHeads")
  void servesWhatIsSound(String[] lines) throws Exception {
    try (Http2RawClient client = new Http2RawClient(listener.port())) {
      client.headers(1, true, lines);
      assertThat(client.status(1)).isEqualTo("200");
    }
  }

  @Test
  void servesClientsThatSayTheyTakeNoHeaders() throws Exception {
    int maxHeaderListSize = 6;
    try (Http2RawClient client = new Http2RawClient(listener.port(), maxHeaderListSize, 1)) {
      client.headers(1, true);
      assertThat(client.status(1)).isIn("200", "RST 2", "GOAWAY 2");
    }
    try (Http2RawClient client = new Http2RawClient(listener.port())) {
      client.headers(1, true);
      assertThat(client.status(1)).isEqualTo("200");
    }
  }

  @Test
  void endsConnectionsThatResetRapidly() throws Exception {
    try (Http2RawClient client = new Http2RawClient(listener.port())) {
      String end = "";
      try {
        for (int stream = 1; stream < 2_000; stream += 2) {
          client.headers(stream, false).reset(stream);
        }
        end = client.status(-1);
      } catch (SocketException e) {
        end = "END";
      }
      assertThat(end).isIn("GOAWAY 11", "END");
    }
    assertThat(PATHS.size()).isLessThan(500);
  }

  @Test
  void endsFloodsOfContinuations() throws Exception {
    assertThat(
            flood(client -> {
              client.frame(Http2RawClient.HEADERS, 0, 1, Http2RawClient.head());
              for (int i = 0; i < 1_000; i++) {
                client.frame(Http2RawClient.CONTINUATION, 0, 1, new byte[0]);
              }
            }))
        .isIn("GOAWAY 11", "END");
  }

  @Test
  void endsFloodsOfPings() throws Exception {
    assertThat(
            flood(client -> {
              for (int i = 0; i < 200_000; i++) {
                client.frame(Http2RawClient.PING, 0, 0, new byte[8]);
              }
            }))
        .isIn("GOAWAY 11", "END");
  }

  @Test
  void endsFloodsOfSettings() throws Exception {
    assertThat(
            flood(client -> {
              for (int i = 0; i < 200_000; i++) {
                client.frame(Http2RawClient.SETTINGS, 0, 0, new byte[0]);
              }
            }))
        .isIn("GOAWAY 11", "END");
  }

  @Test
  void endsFloodsOfEmptyData() throws Exception {
    assertThat(
            flood(client -> {
              client.headers(1, false);
              for (int i = 0; i < 1_000; i++) {
                client.frame(Http2RawClient.DATA, 0, 1, new byte[0]);
              }
            }))
        .isIn("GOAWAY 11", "END");
  }

  private interface Flood {
    void send(Http2RawClient client) throws IOException;
  }

  private static String flood(Flood flood) throws Exception {
    try (Http2RawClient client = new Http2RawClient(listener.port())) {
      try {
        flood.send(client);
      } catch (IOException e) {
        // It may be over before all was sent; what the server said may still be there.
        return client.status(-1);
      }
      return client.status(-1);
    }
  }

  @Test
  void refusesHeadsThatAreLargeOnlyWhenTheyAreUnpacked() throws Exception {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.writeBytes(Http2RawClient.head());
    // A line of 4000 bytes goes into the dynamic table and is then named a hundred times.
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    Http2RawClient.line(line, "x-bomb", "b".repeat(4_000));
    byte[] indexed = line.toByteArray();
    indexed[0] = 0x40;
    head.writeBytes(indexed);
    for (int i = 0; i < 100; i++) {
      head.write(0x80 | 62);
    }
    try (Http2RawClient client = new Http2RawClient(listener.port())) {
      client.frame(
          Http2RawClient.HEADERS,
          Http2RawClient.END_HEADERS | Http2RawClient.END_STREAM,
          1,
          head.toByteArray());
      assertThat(client.status(1)).isIn("431", "RST 1", "GOAWAY 1", "GOAWAY 9", "END");
    }
    assertThat(PATHS).isEmpty();
  }

  @Test
  void refusesCrumbsThatAreLargeTogether() throws Exception {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.writeBytes(Http2RawClient.head());
    for (int i = 0; i < 4_000; i++) {
      Http2RawClient.line(head, "cookie", "a=" + i);
    }
    byte[] all = head.toByteArray();
    try (Http2RawClient client = new Http2RawClient(listener.port())) {
      int first = Math.min(all.length, 16_000);
      client.frame(
          Http2RawClient.HEADERS, Http2RawClient.END_STREAM, 1, Arrays.copyOfRange(all, 0, first));
      for (int at = first; at < all.length; at += 16_000) {
        int end = Math.min(all.length, at + 16_000);
        client.frame(
            Http2RawClient.CONTINUATION,
            end == all.length ? Http2RawClient.END_HEADERS : 0,
            1,
            Arrays.copyOfRange(all, at, end));
      }
      assertThat(client.status(1)).isIn("431", "RST 1", "GOAWAY 1", "GOAWAY 9", "END");
    }
    assertThat(PATHS).isEmpty();
  }

  @Test
  void closesConnectionsThatDoNotAnswerPings() throws Exception {
    HttpLimits limits =
        HttpLimits.builder()
            .http2KeepaliveInterval(Duration.ofMillis(100))
            .http2KeepaliveTimeout(Duration.ofMillis(100))
            .build();
    try (TestListener listener = TestListener.open(limits, HANDLER);
        Http2RawClient client = new Http2RawClient(listener.port())) {
      client.headers(1, true);
      assertThat(client.status(1)).isEqualTo("200");
      assertThat(client.status(-1)).isEqualTo("GOAWAY 0");
      assertThat(client.status(-1)).isEqualTo("END");
    }
  }

  @Test
  void joinsTheCrumbsOfACookie() throws Exception {
    try (Http2RawClient client = new Http2RawClient(listener.port())) {
      client.headers(1, true, "cookie", "a=1", "cookie", "b=2");
      assertThat(client.status(1)).isEqualTo("200");
    }
    assertThat(COOKIES).containsExactly("a=1; b=2");
  }
}
