package dev.postern.core.upstream;

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
import dev.postern.core.http.Headers;
import dev.postern.core.upstream.UpstreamException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/2 without TLS, by prior knowledge. */
@Timeout(60)
class UpstreamHttp2Test {
  private static final Transport H2 =
      new Transport(
          null, Transport.Version.HTTP_2, Duration.ofSeconds(10), null, Transport.LookupFamily.ALL);

  private final UpstreamClient client = UpstreamClient.create(Timers.system());
  private final Scope scope = Scope.root(Timers.system());
  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws IOException {
    server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
    server.start();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private GatewayResponse call(GatewayRequest request) throws IOException {
    Endpoint endpoint = new Endpoint("127.0.0.1", server.getPort(), false);
    return client.call(new UpstreamCall(request, endpoint, H2, 0), scope);
  }

  private GatewayResponse get() throws IOException {
    return call(GatewayRequest.get("/").build());
  }

  @Test
  void relaysRequestAndResponse() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .code(503)
            .setHeader("Retry-After", "0")
            .setHeader("X-A", "b")
            .body("busy")
            .build());
    GatewayRequest request =
        GatewayRequest.post("/a?b=c", Body.of("body"))
            .authority("api.example.com")
            .headers(Headers.of("X-One", "1", "connection", "close"))
            .build();

    GatewayResponse response = call(request);

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.header("retry-after")).isEqualTo("0");
    assertThat(response.body().readAll(100)).isEqualTo("busy".getBytes());
    RecordedRequest recorded = server.takeRequest();
    assertThat(recorded.getRequestLine()).isEqualTo("POST /a?b=c HTTP/2");
    assertThat(recorded.getHeaders().names())
        .containsExactlyInAnyOrder(":authority", ":scheme", "content-length", "x-one");
    assertThat(recorded.getHeaders().get(":authority")).isEqualTo("api.example.com");
    assertThat(recorded.getBody().utf8()).isEqualTo("body");
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void handsTrailersOverAtTheEnd() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .body("x")
            .trailers(okhttp3.Headers.of("grpc-status", "0"))
            .build());

    try (BodyStream stream = get().body().open()) {
      assertThat(stream.next()).isEqualTo(ByteBuffer.wrap(new byte[] {'x'}));
      assertThat(stream.next()).isNull();
      assertThat(stream.trailers()).isEqualTo(Headers.of("grpc-status", "0"));
    }
  }

  @Test
  void sharesOneConnection() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.enqueue(new MockResponse.Builder().body("x").build());
    }
    GatewayResponse first = get();
    GatewayResponse second = get();
    first.close();
    second.close();
    get().close();

    assertThat(server.takeRequest().getConnectionIndex()).isZero();
    assertThat(server.takeRequest().getConnectionIndex()).isZero();
    assertThat(server.takeRequest().getConnectionIndex()).isZero();
  }

  @Test
  void tellsThatAStreamWasRefused() {
    server.enqueue(
        new MockResponse.Builder().onRequestStart(new SocketEffect.CloseStream(7)).build());

    assertThatThrownBy(this::get)
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED));
  }

  @Test
  void tellsThatAStreamWasReset() {
    server.enqueue(
        new MockResponse.Builder().onRequestStart(new SocketEffect.CloseStream(2)).build());

    assertThatThrownBy(this::get)
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).isEqualTo(Kind.RESET));
  }

  @Test
  void endsOnlyItsOwnStreamWhenCalledOff() throws Exception {
    server.enqueue(new MockResponse.Builder().headersDelay(1, TimeUnit.DAYS).body("never").build());
    server.enqueue(new MockResponse.Builder().body("x").build());
    GatewayException gone = Reason.CANCELLED.exception("gone");
    Scope mine = scope.child();
    CompletableFuture<GatewayResponse> waiting = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          Endpoint endpoint = new Endpoint("127.0.0.1", server.getPort(), false);
          UpstreamCall call = new UpstreamCall(GatewayRequest.get("/").build(), endpoint, H2, 0);
          try {
            waiting.complete(client.call(call, mine));
          } catch (Throwable e) {
            waiting.completeExceptionally(e);
          }
        });
    server.takeRequest();

    mine.cancel(gone);

    assertThatThrownBy(waiting::get).cause().isSameAs(gone);
    assertThat(get().status()).isEqualTo(200);
    assertThat(server.takeRequest().getConnectionIndex()).isZero();
  }
}
