package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class Http2Test {
  private final OkHttpClient client =
      new OkHttpClient.Builder()
          .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
          .retryOnConnectionFailure(false)
          .build();

  @AfterEach
  void closeClient() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  private static Request.Builder request(TestListener listener, String path) {
    return new Request.Builder().url("http://127.0.0.1:" + listener.port() + path);
  }

  @Test
  void servesCleartextWithPriorKnowledge() throws Exception {
    AtomicReference<GatewayRequest> seen = new AtomicReference<>();
    Handler handler =
        (exchange, request) -> {
          seen.set(request);
          return GatewayResponse.of(
              201, Headers.of("X-One", "1", "Connection", "close"), Body.of("hello"));
        };
    try (TestListener listener = TestListener.open(handler);
        Response response =
            client.newCall(request(listener, "/a?b=c").header("X-Two", "2").build()).execute()) {
      assertThat(response.protocol()).isEqualTo(Protocol.H2_PRIOR_KNOWLEDGE);
      assertThat(response.code()).isEqualTo(201);
      assertThat(response.header("x-one")).isEqualTo("1");
      assertThat(response.header("connection")).isNull();
      assertThat(response.header("content-length")).isEqualTo("5");
      assertThat(response.body().string()).isEqualTo("hello");
      assertThat(seen.get().toString()).isEqualTo("GET http://127.0.0.1:" + listener.port() + "/a");
    }
    assertThat(seen.get().query()).isEqualTo("b=c");
    assertThat(seen.get().version()).isEqualTo(HttpVersion.HTTP_2);
    assertThat(seen.get().header("x-two")).isEqualTo("2");
    assertThat(seen.get().headers().contains("host")).isFalse();
    assertThat(seen.get().headers().names()).noneMatch(name -> name.startsWith(":"));
    assertThat(seen.get().body()).isSameAs(Body.empty());
  }

  @Test
  void agreesOnHttp2InTheTlsHandshake(@TempDir Path folder) throws Exception {
    HeldCertificate certificate =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    Path cert = Files.writeString(folder.resolve("cert"), certificate.certificatePem());
    Path key = Files.writeString(folder.resolve("key"), certificate.privateKeyPkcs8Pem());
    HandshakeCertificates trust =
        new HandshakeCertificates.Builder()
            .addTrustedCertificate(certificate.certificate())
            .build();
    OkHttpClient secure =
        new OkHttpClient.Builder()
            .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
            .build();
    BindSettings settings = TestListener.bind().withTls(List.of(ServerNameTls.of(cert, key)));
    try (TestListener listener =
            TestListener.open(
                settings,
                ExchangeExecutor.AUTO,
                (exchange, request) ->
                    GatewayResponse.text(200, request.scheme() + exchange.connection().tls()));
        Response response =
            secure
                .newCall(
                    new Request.Builder().url("https://127.0.0.1:" + listener.port() + "/").build())
                .execute()) {
      assertThat(response.protocol()).isEqualTo(Protocol.HTTP_2);
      assertThat(response.body().string()).isEqualTo("httpstrue");
    } finally {
      secure.dispatcher().executorService().shutdown();
      secure.connectionPool().evictAll();
    }
  }

  @Test
  void carriesBodiesBothWays() throws Exception {
    byte[] big = new byte[3_000_000];
    Handler handler =
        (exchange, request) ->
            GatewayResponse.of(200, Headers.EMPTY, Body.of(request.body().open()));
    try (TestListener listener = TestListener.open(handler);
        Response response =
            client
                .newCall(request(listener, "/").post(RequestBody.create(big)).build())
                .execute()) {
      assertThat(response.body().bytes()).isEqualTo(big);
    }
  }

  @Test
  void sendsTrailers() throws Exception {
    Pieces pieces = Pieces.of("one").trailers(Headers.of("X-Sum", "1"));
    try (TestListener listener =
            TestListener.open(
                (exchange, request) -> GatewayResponse.of(200, Headers.EMPTY, Body.of(pieces)));
        Response response = client.newCall(request(listener, "/").build()).execute()) {
      assertThat(response.body().string()).isEqualTo("one");
      assertThat(response.trailers().get("x-sum")).isEqualTo("1");
    }
  }

  @Test
  void sendsEachEventWhenItComes() throws Exception {
    Pieces pieces = new Pieces();
    try (TestListener listener =
            TestListener.open(
                (exchange, request) -> GatewayResponse.of(200, Headers.EMPTY, Body.of(pieces)));
        Response response = client.newCall(request(listener, "/").build()).execute()) {
      for (int i = 0; i < 20; i++) {
        pieces.add("data: " + i + "\n");
        assertThat(response.body().source().readUtf8Line()).isEqualTo("data: " + i);
      }
    }
  }

  @Test
  void resetsTheStreamWhenTheBodyBreaks() throws Exception {
    Pieces pieces = new Pieces().add("one\n");
    Handler handler =
        (exchange, request) ->
            request.path().equals("/next")
                ? GatewayResponse.text(200, "next")
                : GatewayResponse.of(200, Headers.EMPTY, Body.of(pieces));
    try (TestListener listener = TestListener.open(handler)) {
      try (Response response = client.newCall(request(listener, "/").build()).execute()) {
        assertThat(response.body().source().readUtf8Line()).isEqualTo("one");
        pieces.endsBadly();
        assertThatThrownBy(() -> response.body().string()).isInstanceOf(IOException.class);
      }
      try (Response next = client.newCall(request(listener, "/next").build()).execute()) {
        assertThat(next.body().string()).isEqualTo("next");
      }
    }
  }

  @Test
  void cancelsOnlyTheStreamThatTheClientResets() throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    LinkedBlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    Handler handler =
        (exchange, request) -> {
          exchange.onEnd(outcomes::add);
          if (request.path().equals("/slow")) {
            called.countDown();
            exchange.scope().sleep(Duration.ofSeconds(20));
          }
          return GatewayResponse.of(200);
        };
    try (TestListener listener = TestListener.open(handler)) {
      Call slow = client.newCall(request(listener, "/slow").build());
      CompletableFuture<Void> failed =
          CompletableFuture.runAsync(() ->
              assertThatThrownBy(() -> slow.execute().close()).isInstanceOf(IOException.class));
      assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
      slow.cancel();
      assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(Outcome.ABANDONED);
      failed.get(10, TimeUnit.SECONDS);
      try (Response next = client.newCall(request(listener, "/next").build()).execute()) {
        assertThat(next.code()).isEqualTo(200);
      }
      assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(Outcome.DONE);
    }
  }

  @Test
  void doesNotWaitForABodyThatTheHeadDoesNotAnnounce() throws Exception {
    AtomicReference<Body> seen = new AtomicReference<>();
    Handler handler =
        (exchange, request) -> {
          seen.set(request.body());
          return GatewayResponse.text(
              200, new String(request.body().readAll(100), StandardCharsets.UTF_8));
        };
    try (TestListener listener = TestListener.open(handler);
        Http2RawClient raw = new Http2RawClient(listener.port())) {
      raw.headers(1, true, ":method", "POST");
      assertThat(raw.status(1)).isEqualTo("200");
      assertThat(seen.get()).isSameAs(Body.empty());
      raw.headers(3, false, ":method", "POST").data(3, "hello");
      assertThat(raw.status(3)).isEqualTo("200");
      assertThat(seen.get()).isInstanceOf(Body.Streamed.class);
    }
  }
}
