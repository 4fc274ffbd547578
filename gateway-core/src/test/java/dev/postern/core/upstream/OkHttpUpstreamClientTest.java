package dev.postern.core.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OkHttpUpstreamClientTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final UpstreamClient client = UpstreamClient.create(Timers.system());
  private final Scope scope = Scope.root(Timers.system());
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    client.close();
  }

  private GatewayResponse call(RawServer server, GatewayRequest request) throws IOException {
    return client.call(new UpstreamCall(request, server.endpoint(), Transport.DEFAULT, 0), scope);
  }

  private RawServer recording(String response) {
    return RawServer.of(connection -> {
      for (String request; (request = connection.readRequest()) != null; ) {
        requests.add(request);
        connection.write(response);
      }
    });
  }

  private static String text(GatewayResponse response) throws IOException {
    return new String(response.body().readAll(1 << 20), UTF_8);
  }

  private static Body streamed(long length, String... pieces) {
    Queue<String> rest = new ArrayDeque<>(List.of(pieces));
    return Body.of(
        new BodyStream() {
          @Override
          public ByteBuffer next() {
            return rest.isEmpty() ? null : ByteBuffer.wrap(rest.remove().getBytes(UTF_8));
          }

          @Override
          public void close() {
            rest.clear();
          }
        },
        length);
  }

  @Test
  void sendsTheHeadersItWasGivenAndNoOthers() throws Exception {
    try (RawServer server = recording(OK)) {
      GatewayRequest request =
          GatewayRequest.get("/v1/models?limit=3")
              .authority("api.example.com")
              .headers(Headers.of("X-One", "1", "x-two", "2", "X-One", "3"))
              .build();

      assertThat(text(call(server, request))).isEqualTo("ok");

      assertThat(requests.take())
          .isEqualTo(
              "GET /v1/models?limit=3 HTTP/1.1\r\nHost: api.example.com\r\n"
                  + "X-One: 1\r\nx-two: 2\r\nX-One: 3\r\n\r\n");
    }
  }

  @Test
  void namesTheEndpointWhenTheRequestHasNoAuthority() throws Exception {
    try (RawServer server = recording(OK)) {
      call(server, GatewayRequest.get("/").build()).close();

      assertThat(requests.take())
          .isEqualTo("GET / HTTP/1.1\r\nHost: " + server.endpoint() + "\r\n\r\n");
    }
  }

  @Test
  void keepsBackWhatBelongsToOneConnection() throws Exception {
    try (RawServer server = recording(OK)) {
      GatewayRequest request =
          GatewayRequest.get("/")
              .authority("h")
              .headers(
                  Headers.of(
                      "Connection",
                      "close",
                      "Keep-Alive",
                      "5",
                      "Upgrade",
                      "h2c",
                      "Transfer-Encoding",
                      "chunked",
                      "Content-Length",
                      "9",
                      "TE",
                      "gzip",
                      "TE",
                      "trailers",
                      "Proxy-Connection",
                      "x",
                      "HTTP2-Settings",
                      "y"))
              .build();

      call(server, request).close();

      assertThat(requests.take()).isEqualTo("GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\n\r\n");
    }
  }

  @Test
  void relaysHeaderBytesBeyondAscii() throws Exception {
    String utf8 = new String("grüße".getBytes(UTF_8), ISO_8859_1);
    try (RawServer server =
        recording("HTTP/1.1 200 OK\r\nX-Name: " + utf8 + "\r\nContent-Length: 0\r\n\r\n")) {
      GatewayRequest request = GatewayRequest.get("/").headers(Headers.of("X-Name", utf8)).build();

      GatewayResponse response = call(server, request);

      assertThat(requests.take()).contains("X-Name: " + utf8 + "\r\n");
      assertThat(response.header("x-name")).isEqualTo(utf8);
    }
  }

  @Test
  void refusesHeaderValuesThatWouldSplitTheRequest() throws Exception {
    try (RawServer server = recording(OK)) {
      GatewayRequest request =
          GatewayRequest.get("/").headers(Headers.of("X-Bad", "a\r\nX-Evil: b")).build();

      assertThatThrownBy(() -> call(server, request)).isInstanceOf(GatewayException.class);
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void sendsEveryCanonicalByteOfPathAndQueryAsItIs() throws Exception {
    StringBuilder path = new StringBuilder("/");
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      path.append(i % 16 == 0 ? "/a" : "").append(encoded(i, " \"<>^`{|}\\/?#%"));
      query.append(encoded(i, " \"'<>#%"));
    }
    try (RawServer server = recording(OK)) {
      String target = path + "?" + query;

      call(server, GatewayRequest.get(target).authority("h").build()).close();

      assertThat(requests.take()).startsWith("GET " + target + " HTTP/1.1\r\n");
    }
  }

  private static String encoded(int value, String encodedByCaller) {
    boolean encode = value <= 0x20 || value >= 0x7f || encodedByCaller.indexOf(value) >= 0;
    return encode ? "%%%02X".formatted(value) : String.valueOf((char) value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "//double//slashes/",
        "/a;b=c/d",
        "/trailing?",
        "/?",
        "/?a=b&&c&=d",
        "/p%2fq%2FR",
        "/%zz%",
        "/a?b?c/../d",
        "/a:b@c",
        "/?x=%E2%82%AC+y"
      })
  void sendsTargetsUnchanged(String target) throws Exception {
    try (RawServer server = recording(OK)) {
      call(server, GatewayRequest.get(target).authority("h").build()).close();

      assertThat(requests.take()).startsWith("GET " + target + " HTTP/1.1\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/../b",
        "/a/%2e%2E/b",
        "/.",
        "/a b",
        "/a\\b",
        "/a?b c",
        "/ü",
        "*",
        "/a#b",
        "@evil/"
      })
  void refusesTargetsThatOkHttpWouldChange(String target) throws Exception {
    try (RawServer server = recording(OK)) {
      GatewayRequest request = GatewayRequest.get("/").path(target).build();

      assertThatThrownBy(() -> call(server, request))
          .isInstanceOfSatisfying(
              GatewayException.class, e -> assertThat(e.status()).isEqualTo(400));
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void relaysCompressedContentAsItIs() throws Exception {
    try (RawServer server =
        recording("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nnot-z")) {
      GatewayResponse response = call(server, GatewayRequest.get("/").build());

      assertThat(response.header("content-encoding")).isEqualTo("gzip");
      assertThat(text(response)).isEqualTo("not-z");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "301 Moved Permanently\r\nLocation: /other",
        "302 Found\r\nLocation: http://127.0.0.1:1/",
        "307 Temporary Redirect\r\nLocation: /other",
        "401 Unauthorized\r\nWWW-Authenticate: Basic realm=x",
        "407 Proxy Authentication Required\r\nX-A: b",
        "408 Request Timeout\r\nX-A: b",
        "408 Request Timeout\r\nRetry-After: 0",
        "421 Misdirected Request\r\nX-A: b",
        "429 Too Many Requests\r\nRetry-After: 0",
        "503 Service Unavailable\r\nRetry-After: 0"
      })
  void handsResponsesBackThatOkHttpWouldActUpon(String head) throws Exception {
    String line = head.substring(head.indexOf('\n') + 1);
    try (RawServer server = recording("HTTP/1.1 " + head + "\r\nContent-Length: 4\r\n\r\nbody")) {
      GatewayResponse response = call(server, GatewayRequest.get("/").build());

      assertThat(response.status()).isEqualTo(Integer.parseInt(head.substring(0, 3)));
      assertThat(response.header(line.substring(0, line.indexOf(':'))))
          .isEqualTo(line.substring(line.indexOf(' ') + 1));
      assertThat(text(response)).isEqualTo("body");
      assertThat(requests).hasSize(1);
    }
  }

  @Test
  void doesNotObeyCacheControlOfTheRequest() throws Exception {
    try (RawServer server = recording(OK)) {
      GatewayRequest request =
          GatewayRequest.get("/").headers(Headers.of("Cache-Control", "only-if-cached")).build();

      assertThat(call(server, request).status()).isEqualTo(200);
    }
  }

  @Test
  void sendsAnEmptyBodyWithPost() throws Exception {
    try (RawServer server = recording(OK)) {
      call(server, GatewayRequest.post("/", Body.empty()).authority("h").build()).close();

      assertThat(requests.take())
          .isEqualTo("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    }
  }

  @Test
  void refusesGetWithBody() throws Exception {
    try (RawServer server = recording(OK)) {
      GatewayRequest request = GatewayRequest.get("/").body(Body.of("x")).build();

      assertThatThrownBy(() -> call(server, request)).isInstanceOf(GatewayException.class);
    }
  }

  @Test
  void keepsTheContentTypeOfTheRequest() throws Exception {
    try (RawServer server = recording(OK)) {
      GatewayRequest request =
          GatewayRequest.post("/", Body.of("{}"))
              .authority("h")
              .headers(Headers.of("content-type", "application/json; charset=latin1"))
              .build();

      call(server, request).close();

      assertThat(requests.take())
          .isEqualTo(
              "POST / HTTP/1.1\r\nHost: h\r\ncontent-type: application/json; charset=latin1\r\n"
                  + "Content-Length: 2\r\n\r\n{}");
    }
  }

  @Test
  void streamsABodyOfKnownLength() throws Exception {
    try (RawServer server = recording(OK)) {
      call(server, GatewayRequest.post("/", streamed(6, "abc", "def")).authority("h").build())
          .close();

      assertThat(requests.take())
          .isEqualTo("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabcdef");
    }
  }

  @Test
  void streamsABodyOfUnknownLengthInChunks() throws Exception {
    try (RawServer server = recording(OK)) {
      call(server, GatewayRequest.post("/", streamed(-1, "abc", "def")).authority("h").build())
          .close();

      assertThat(requests.take())
          .isEqualTo(
              "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
    }
  }

  @Test
  void handsTrailersOverAtTheEnd() throws Exception {
    try (RawServer server =
        recording(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n"
                + "2\r\nab\r\n0\r\nX-Sum: 7\r\n\r\n")) {
      GatewayResponse response = call(server, GatewayRequest.get("/").build());
      assertThat(response.headers()).isEqualTo(Headers.EMPTY);
      try (BodyStream stream = response.body().open()) {
        assertThat(stream.next()).isEqualTo(ByteBuffer.wrap("ab".getBytes(UTF_8)));
        assertThat(stream.next()).isNull();
        assertThat(stream.trailers()).isEqualTo(Headers.of("X-Sum", "7"));
      }
    }
  }

  @Test
  void dropsWhatTheResponseSaysOfItsConnection() throws Exception {
    try (RawServer server =
        recording(
            "HTTP/1.1 200 OK\r\nConnection: x-private, keep-alive\r\nX-Private: 1\r\n"
                + "Keep-Alive: timeout=5\r\nX-Public: 2\r\nContent-Length: 0\r\n\r\n")) {
      GatewayResponse response = call(server, GatewayRequest.get("/").build());

      assertThat(response.headers()).isEqualTo(Headers.of("X-Public", "2", "Content-Length", "0"));
    }
  }

  @Test
  void readsNoBodyAfterHead() throws Exception {
    try (RawServer server = recording("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")) {
      GatewayResponse first = call(server, GatewayRequest.builder("HEAD", "/").build());
      GatewayResponse second = call(server, GatewayRequest.builder("HEAD", "/").build());

      assertThat(first.body().length()).isZero();
      assertThat(first.header("content-length")).isEqualTo("500");
      assertThat(second.status()).isEqualTo(200);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"204 No Content", "304 Not Modified"})
  void readsNoBodyAfterStatusesWithoutOne(String status) throws Exception {
    try (RawServer server = recording("HTTP/1.1 " + status + "\r\nETag: x\r\n\r\n")) {
      GatewayResponse first = call(server, GatewayRequest.get("/").build());
      call(server, GatewayRequest.get("/").build()).close();

      assertThat(first.body().length()).isZero();
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void doesNotWaitForTheContentA304Announces() throws Exception {
    try (RawServer server = recording("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n")) {
      GatewayResponse response = call(server, GatewayRequest.get("/").build());

      assertThat(response.status()).isEqualTo(304);
      assertThat(response.body().length()).isZero();
      assertThat(call(server, GatewayRequest.get("/").build()).status()).isEqualTo(304);
    }
  }

  @Test
  void swallowsInterimResponses() throws Exception {
    try (RawServer server =
        recording(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)) {
      GatewayResponse response = call(server, GatewayRequest.get("/").build());

      assertThat(response.status()).isEqualTo(200);
      assertThat(text(response)).isEqualTo("ok");
    }
  }

  @Test
  void usesAConnectionAgainAfterTheBodyWasRead() throws Exception {
    try (RawServer server = recording(OK)) {
      text(call(server, GatewayRequest.get("/").build()));
      text(call(server, GatewayRequest.get("/").build()));

      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void usesAConnectionAgainWhenTheUnreadRestWasThere() throws Exception {
    String event = "data: [DONE]\n\n";
    try (RawServer server =
        recording(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ne\r\n"
                + event
                + "\r\n0\r\n\r\n")) {
      for (int i = 0; i < 2; i++) {
        BodyStream stream = call(server, GatewayRequest.get("/").build()).body().open();
        assertThat(stream.next()).isEqualTo(ByteBuffer.wrap(event.getBytes(UTF_8)));
        stream.close();
      }

      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void readsABodyThatEndsWithTheConnection() throws Exception {
    try (RawServer server =
        RawServer.of(connection -> {
          connection.readRequest();
          connection.write("HTTP/1.0 200 OK\r\n\r\nuntil the end");
        })) {
      assertThat(text(call(server, GatewayRequest.get("/").build()))).isEqualTo("until the end");
    }
  }
}
