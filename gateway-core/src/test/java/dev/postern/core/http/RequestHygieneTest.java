package dev.postern.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.core.http.HygieneSettings.UnderscoreHeaders;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHygieneTest {
  private static final HygieneSettings DEFAULT = HygieneSettings.DEFAULT;

  private static GatewayRequest clean(GatewayRequest request) {
    return RequestHygiene.apply(request, DEFAULT);
  }

  private static Headers clean(String... headers) {
    return clean(GatewayRequest.get("/").headers(Headers.of(headers)).build()).headers();
  }

  private static int status(GatewayRequest.Builder request, HygieneSettings settings) {
    InvalidRequestException e =
        catchThrowableOfType(
            InvalidRequestException.class, () -> RequestHygiene.apply(request.build(), settings));
    return e == null ? 200 : e.status();
  }

  private static int status(String... headers) {
    return status(GatewayRequest.get("/").headers(Headers.of(headers)), DEFAULT);
  }

  @Test
  void aCleanRequestComesBackAsTheSameObject() {
    GatewayRequest request =
        GatewayRequest.post("https://api.example.com:8443/v1/chat?x=1", Body.of("{}"))
            .headers(
                Headers.of(
                    "Content-Type", "application/json",
                    "Content-Length", "2",
                    "Authorization", "Bearer x",
                    "Accept", "text/event-stream",
                    "X-Custom", "caf\u00e9\tx"))
            .build();

    assertThat(clean(request)).isSameAs(request);
  }

  @Test
  void theTargetComesIntoItsCanonicalForm() {
    GatewayRequest request =
        GatewayRequest.get("HTTP://API.Example.com.:080/a//../%61?q=a b").build();

    GatewayRequest clean = clean(request);

    assertThat(clean).hasToString("GET http://api.example.com:80/a");
    assertThat(clean.query()).isEqualTo("q=a%20b");
  }

  // HY-7
  @ParameterizedTest
  @ValueSource(strings = {"a\0b", "a\rb", "a\nb", "a\u001bb", "a\u007fb"})
  void controlCharactersInValuesAreRefused(String value) {
    assertThat(status("x", value)).isEqualTo(400);
  }

  // HY-6
  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:", ":path", "é", "a\0", "a,b", "x-user-id "})
  void namesThatAreNoTokensAreRefused(String name) {
    assertThat(status(name, "x")).isEqualTo(400);
  }

  // HY-8
  @Test
  void authoritiesThatAreNoneAreRefused() {
    assertThat(status(GatewayRequest.get("http://a,b/"), DEFAULT)).isEqualTo(400);
    assertThat(status(GatewayRequest.get("http://u@b/"), DEFAULT)).isEqualTo(400);
  }

  @Test
  void aHostHeaderBecomesTheAuthority() {
    GatewayRequest request =
        GatewayRequest.get("/").headers(Headers.of("Host", "A.example", "x", "1")).build();

    assertThat(clean(request).authority()).isEqualTo("a.example");
    assertThat(clean(request).headers()).isEqualTo(Headers.of("x", "1"));
  }

  @Test
  void aHostHeaderMustAgreeWithTheAuthority() {
    GatewayRequest.Builder request = GatewayRequest.get("http://a.example/");

    assertThat(status(request.headers(Headers.of("host", "A.EXAMPLE.")), DEFAULT)).isEqualTo(200);
    assertThat(status(request.headers(Headers.of("host", "b.example")), DEFAULT)).isEqualTo(400);
    assertThat(status("host", "a", "Host", "a")).isEqualTo(400);
  }

  // HY-10
  @ParameterizedTest
  @ValueSource(strings = {"/a#b", "/é", "/a\tb", "/%zz", "/a?b#c", "/a?é", "/a?%z", "/a?\n"})
  void brokenTargetsAreRefused(String target) {
    assertThat(status(GatewayRequest.get(target), DEFAULT)).isEqualTo(400);
  }

  // HY-11
  @ParameterizedTest
  @CsvSource({
    "PROPFIND, 200",
    "M-SEARCH, 200",
    "get, 200",
    "'', 400",
    "A B, 400",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG, 400",
    "TRACE, 405",
    "TRACK, 405",
    "trace, 405",
  })
  void methodsAreTokensAndDoNotTrace(String method, int status) {
    assertThat(status(GatewayRequest.builder(method, "/"), DEFAULT)).isEqualTo(status);
  }

  @Test
  void optionsMayAskAboutTheServerAsAWhole() {
    assertThat(status(GatewayRequest.builder("OPTIONS", "*"), DEFAULT)).isEqualTo(200);
    assertThat(status(GatewayRequest.builder("GET", "*"), DEFAULT)).isEqualTo(400);
    assertThat(status(GatewayRequest.builder("CONNECT", "").authority("a:1"), DEFAULT))
        .isEqualTo(200);
  }

  // HY-13
  @Test
  void underscoresInNamesFollowTheOption() {
    GatewayRequest.Builder request =
        GatewayRequest.get("/").headers(Headers.of("X_User_Id", "eve", "x-user-id", "bob"));
    HygieneSettings drop = new HygieneSettings(UnderscoreHeaders.DROP, false, null);
    HygieneSettings allow = new HygieneSettings(UnderscoreHeaders.ALLOW, false, null);

    assertThat(status(request, DEFAULT)).isEqualTo(400);
    assertThat(RequestHygiene.apply(request.build(), drop).headers())
        .isEqualTo(Headers.of("x-user-id", "bob"));
    assertThat(RequestHygiene.apply(request.build(), allow)).isNotNull();
    assertThat(RequestHygiene.apply(request.build(), allow).headers().size()).isEqualTo(2);
  }

  // HY-14
  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void contentOfGetAndHeadIsRefusedOrDropped(String method) {
    AtomicBoolean closed = new AtomicBoolean();
    GatewayRequest.Builder request =
        GatewayRequest.builder(method, "/")
            .headers(Headers.of("content-length", "1", "content-type", "a/b", "x", "y"))
            .body(Body.of(new OneByte(closed), 1));
    HygieneSettings drop = new HygieneSettings(UnderscoreHeaders.REJECT, true, null);

    InvalidRequestException refused =
        catchThrowableOfType(InvalidRequestException.class, () -> clean(request.build()));
    assertThat(refused.message()).isEqualTo("body not supported for method");
    GatewayRequest dropped = RequestHygiene.apply(request.build(), drop);
    assertThat(dropped.body()).isSameAs(Body.empty());
    assertThat(dropped.headers()).isEqualTo(Headers.of("x", "y"));
    assertThat(closed).isTrue();
  }

  @Test
  void otherMethodsMayHaveContent() {
    assertThat(status(GatewayRequest.builder("DELETE", "/").body(Body.of("x")), DEFAULT))
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"2, 200", "3, 400", "+2, 400", "'', 400", "2a, 400", "'2, 2', 400"})
  void aContentLengthMustBeTrue(String length, int status) {
    GatewayRequest.Builder request =
        GatewayRequest.post("/", Body.of("{}")).headers(Headers.of("content-length", length));

    assertThat(status(request, DEFAULT)).isEqualTo(status);
  }

  @Test
  void aContentLengthThatIsTooLargeIsRefused() {
    GatewayRequest.Builder request =
        GatewayRequest.post("/", Body.of(new OneByte(new AtomicBoolean())));

    assertThat(
            status(request.headers(Headers.of("content-length", "9223372036854775807")), DEFAULT))
        .isEqualTo(200);
    assertThat(
            status(request.headers(Headers.of("content-length", "9223372036854775808")), DEFAULT))
        .isEqualTo(400);
  }

  // HY-16
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type",
        "Authorization",
        "Proxy-Authorization",
        "Origin",
        "X-Real-IP",
        "Content-Length"
      })
  void singletonsMustNotBeRepeated(String name) {
    assertThat(status(name, "0", "x", "y", name.toUpperCase(java.util.Locale.ROOT), "0"))
        .isEqualTo(400);
  }

  // HH-1
  @Test
  void hopByHopHeadersAreRemoved() {
    assertThat(
            clean(
                "A", "1",
                "Connection", "keep-alive, X-Hop",
                "x-hop", "1",
                "Keep-Alive", "300",
                "Proxy-Connection", "keep-alive",
                "TE", "gzip",
                "Trailer", "x",
                "Transfer-Encoding", "chunked",
                "Upgrade", "h2c",
                "HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA",
                "Proxy-Authenticate", "Basic",
                "B", "2"))
        .isEqualTo(Headers.of("A", "1", "Proxy-Authenticate", "Basic", "B", "2"));
  }

  @Test
  void theWishForTrailersIsKept() {
    assertThat(clean("te", "gzip, Trailers", "x", "1"))
        .isEqualTo(Headers.of("x", "1", "te", "trailers"));
  }

  // HH-2, BI-18
  @Test
  void connectionCannotRemoveWhatIdentityAndFramingRestOn() {
    List<String> kept =
        List.of(
            "authorization",
            "cookie",
            "content-type",
            "X-Forwarded-For",
            "x-forwarded-anything",
            "Forwarded",
            "x-real-ip",
            "via",
            "traceparent");
    List<String> headers =
        new ArrayList<>(List.of("connection", String.join(",", kept), "connection", "Host,close"));
    for (String name : kept) {
      headers.add(name.toUpperCase(java.util.Locale.ROOT));
      headers.add("1");
    }

    Headers clean = clean(headers.toArray(new String[0]));

    assertThat(clean.size()).isEqualTo(kept.size());
  }

  // HH-3: policies read it first
  @Test
  void proxyAuthorizationIsKept() {
    assertThat(clean("proxy-authorization", "Basic x").size()).isEqualTo(1);
  }

  // HH-5
  @Test
  void expectIsUnderstoodOrRefused() {
    assertThat(clean("Expect", "100-Continue")).isEqualTo(Headers.EMPTY);
    assertThat(status("expect", "100-continue, x")).isEqualTo(417);
    assertThat(status("expect", "100-continue", "expect", "other")).isEqualTo(417);
  }

  @Test
  void webSocketsAreNotSupportedYet() {
    String[] handshake = {"Connection", "keep-alive, Upgrade", "Upgrade", "WebSocket"};
    GatewayRequest.Builder request = GatewayRequest.get("/").headers(Headers.of(handshake));

    assertThat(status(handshake)).isEqualTo(501);
    assertThat(status("upgrade", "websocket")).isEqualTo(200);
    assertThat(status(request.version(HttpVersion.HTTP_1_0), DEFAULT)).isEqualTo(200);
  }

  @Test
  void responsesLoseHopByHopHeadersToo() {
    Headers headers =
        Headers.of(
            "Connection", "x-hop, date",
            "X-Hop", "1",
            "Proxy-Authenticate", "Basic",
            "Transfer-Encoding", "chunked",
            "Trailer", "x",
            "Upgrade", "h2c",
            "content-type", "a/b",
            "set-cookie", "a",
            "set-cookie", "b");

    assertThat(HopByHop.withoutForResponse(headers, name -> {}))
        .isEqualTo(Headers.of("content-type", "a/b", "set-cookie", "a", "set-cookie", "b"));
    Headers plain = Headers.of("content-type", "a/b", "server", "x", "expect", "y");
    assertThat(HopByHop.withoutForResponse(plain, name -> {})).isSameAs(plain);
  }

  // HH-8
  @Test
  void responseLinesThatCouldSplitAResponseAreDroppedAndReported() {
    List<String> dropped = new ArrayList<>();
    Headers headers = Headers.of("x", "a\r\nset-cookie: b", "bad name", "1", "y", "2");

    assertThat(HopByHop.withoutForResponse(headers, dropped::add)).isEqualTo(Headers.of("y", "2"));
    assertThat(dropped).containsExactly("x", "bad name");
  }

  @Test
  void aLocationThatCouldSplitAResponseIsAnError() {
    InvalidRequestException e =
        catchThrowableOfType(
            InvalidRequestException.class,
            () -> HopByHop.withoutForResponse(Headers.of("Location", "/a\r\nb"), name -> {}));

    assertThat(e.status()).isEqualTo(500);
  }

  // HY-17
  @Test
  void trailersThatFrameRouteOrAuthenticateAreDropped() {
    Headers trailers =
        Headers.of(
            "grpc-status", "0",
            "Content-Length", "1",
            "Content-Type", "a/b",
            "Authorization", "x",
            "Cookie", "x",
            "Set-Cookie", "x",
            "Host", "x",
            "Transfer-Encoding", "chunked",
            "X-Forwarded-For", "1.1.1.1",
            "bad", "a\nb",
            "x-checksum", "1");

    assertThat(Trailers.clean(trailers))
        .isEqualTo(Headers.of("grpc-status", "0", "x-checksum", "1"));
    Headers fine = Headers.of("grpc-status", "0");
    assertThat(Trailers.clean(fine)).isSameAs(fine);
  }

  private static final class OneByte implements BodyStream {
    private final AtomicBoolean closed;

    OneByte(AtomicBoolean closed) {
      this.closed = closed;
    }

    @Override
    public @Nullable ByteBuffer next() {
      return null;
    }

    @Override
    public void close() {
      closed.set(true);
    }
  }
}
