package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HostBackend;
import dev.postern.core.ServerTls;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Where messages begin and end, on both sides of the gateway and in both versions. */
@Timeout(60)
class FramingTest {
  private final List<String> received = new CopyOnWriteArrayList<>();

  private ScriptedUpstream recording(String answer) throws Exception {
    return new ScriptedUpstream(connection -> {
      for (String request = connection.readRequest();
          request != null;
          request = connection.readRequest()) {
        received.add(request);
        connection.write(answer);
      }
    });
  }

  static Stream<Arguments> withoutContent() {
    return Stream.of(
        argumentSet(
            "HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: e\r\n\r\n", 200, "5"),
        argumentSet(
            "HEAD, chunked",
            "HEAD",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: e\r\n\r\n",
            200,
            null),
        argumentSet(
            "HEAD, 404",
            "HEAD",
            "HTTP/1.1 404 No\r\nContent-Length: 7\r\nETag: e\r\n\r\n",
            404,
            "7"),
        argumentSet("204", "GET", "HTTP/1.1 204 No Content\r\nETag: e\r\n\r\n", 204, null),
        argumentSet("304", "GET", "HTTP/1.1 304 Not Modified\r\nETag: e\r\n\r\n", 304, null),
        argumentSet(
            "304 that tells a length",
            "GET",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: e\r\n\r\n",
            304,
            "5"),
        argumentSet(
            "empty", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: e\r\n\r\n", 200, "0"));
  }

  @ParameterizedTest
  @MethodSource("withoutContent")
  void answersWithoutContentEndWithTheirHead(
      String method, String answer, int status, String length) throws Exception {
    for (Door door : Door.values()) {
      try (ScriptedUpstream upstream = recording(answer);
          Stage stage = Stage.before(upstream.address())) {
        Answer got = door.send(stage.gateway, GatewayRequest.builder(method, "/").build());
        assertThat(got.text()).as("%s", door).isEqualTo(status + " ");
        assertThat(got.headers().get("etag")).isEqualTo("e");
        if (door == Door.HTTP_1) {
          assertThat(got.headers().get("content-length")).isEqualTo(length);
        }
        assertThat(got.headers().contains("transfer-encoding")).isFalse();
        assertThat(stage.fate()).isEqualTo("Upstream DONE");
      }
    }
  }

  /** What follows on the connection must be the next answer and not content. */
  @Test
  void connectionStaysUsableBehindAnswersWithoutContent() throws Exception {
    try (ScriptedUpstream upstream =
            ScriptedUpstream.answering(
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                ScriptedUpstream.OK);
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      String rest = " / HTTP/1.1\r\nHost: a\r\n\r\n";
      assertThat(client.send("HEAD" + rest).answer(true).status()).isEqualTo(200);
      assertThat(client.send("GET" + rest).answer(false).status()).isEqualTo(304);
      assertThat(client.send("GET" + rest).answer(false).status()).isEqualTo(204);
      assertThat(client.send("GET" + rest).answer(false).text()).isEqualTo("200 ok");
      for (int i = 0; i < 4; i++) {
        assertThat(stage.fate()).isEqualTo("Upstream DONE");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void trailersReachTheClientButForThoseThatMayNotBeTrailers(Door door) throws Exception {
    try (ScriptedUpstream upstream =
            recording(
                "HTTP/1.1 200 OK\r\n"
                    + "Trailer: X-Sum, Set-Cookie\r\n"
                    + "Transfer-Encoding: chunked\r\n"
                    + "\r\n"
                    + "5\r\n"
                    + "hello\r\n"
                    + "0\r\n"
                    + "X-Sum: 1\r\n"
                    + "Set-Cookie: a=b\r\n"
                    + "Content-Length: 9\r\n"
                    + "X-Forwarded-For: 6.6.6.6\r\n"
                    + "Transfer-Encoding: x\r\n\r\n");
        Stage stage = Stage.before(upstream.address())) {
      Answer answer = door.get(stage.gateway, "/");
      assertThat(answer.text()).isEqualTo("200 hello");
      assertThat(answer.trailers().names()).containsExactly("x-sum");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  @Test
  void trailersOfARequestAreDroppedAndItsContentIsWhole() throws Exception {
    try (ScriptedUpstream upstream = recording(ScriptedUpstream.OK);
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      client.send(
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked \r\nTrailer: X-Sum\r\n\r\n"
              + "2;ext=1\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 1\r\nAuthorization: evil\r\n\r\n"
              + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.answer(false).text()).isEqualTo("200 ok");
      assertThat(client.answer(false).text()).isEqualTo("200 ok");
      stage.record();
      stage.record();
    }
    assertThat(received).hasSize(2);
    String sent = received.getFirst();
    assertThat(sent).containsIgnoringCase("transfer-encoding: chunked");
    assertThat(sent).doesNotContainIgnoringCase("x-sum").doesNotContain("evil");
    String chunks = sent.substring(sent.indexOf("\r\n\r\n") + 4);
    assertThat(chunks.replaceAll("(^|\r\n)[0-9]+\r\n", "").strip()).isEqualTo("hello");
  }

  @Test
  void clientsOfHttp10GetNoChunksAndTheirConnectionEnds() throws Exception {
    try (ScriptedUpstream upstream =
            recording(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        Stage stage = Stage.before(upstream.address())) {
      String answer = Wire.exchange(stage.port(), "GET / HTTP/1.0\r\n\r\n");
      assertThat(answer)
          .startsWith("HTTP/1.")
          .contains(" 200 ")
          .endsWith("\r\n\r\nhello")
          .doesNotContainIgnoringCase("transfer-encoding");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
    assertThat(received.getFirst()).startsWith("GET / HTTP/1.1\r\n");
  }

  @Test
  void requestsSentTogetherAreAnsweredInTheirOrder() throws Exception {
    try (ScriptedUpstream upstream =
            new ScriptedUpstream(connection -> {
              for (String request = connection.readRequest();
                  request != null;
                  request = connection.readRequest()) {
                String path = request.split(" ")[1];
                connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
              }
            });
        Stage stage = Stage.before(upstream.address());
        Wire client = new Wire(stage.port())) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 10; i++) {
        all.append("POST /")
            .append(i)
            .append(" HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
      }
      client.send(all.toString());
      for (int i = 0; i < 10; i++) {
        assertThat(client.answer(false).text()).isEqualTo("200 /" + i);
        assertThat(stage.fate()).isEqualTo("Upstream DONE");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void contentOfEveryKindArrivesWhole(Door door) throws Exception {
    String large = "0123456789abcdef".repeat(20_000);
    try (ScriptedUpstream upstream =
            recording("HTTP/1.1 200 OK\r\nContent-Length: " + large.length() + "\r\n\r\n" + large);
        Stage stage = Stage.before(upstream.address())) {
      GatewayRequest post = GatewayRequest.post("/", Body.of(large)).build();
      assertThat(door.send(stage.gateway, post).text()).isEqualTo("200 " + large);
      assertThat(stage.record().responseBytes()).isEqualTo(large.length());
    }
    assertThat(received.getFirst()).endsWith("\r\n\r\n" + large);
  }

  @Test
  void http2IsAgreedOnInTheHandshakeAndCarriesContentBothWays(@TempDir Path folder)
      throws Exception {
    HeldCertificate held =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    Path cert = Files.writeString(folder.resolve("cert.pem"), held.certificatePem());
    Path key = Files.writeString(folder.resolve("key.pem"), held.privateKeyPkcs8Pem());
    HandshakeCertificates trust =
        new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
    OkHttpClient client =
        new OkHttpClient.Builder()
            .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
            .build();
    try (ScriptedUpstream upstream = recording(ScriptedUpstream.OK);
        Gateway gateway =
            Gateway.builder()
                .gateway("default", Bind.port(0).address("127.0.0.1").tls(ServerTls.of(cert, key)))
                .route("r", route -> route.backend(HostBackend.of(upstream.address())))
                .build()
                .start()) {
      Request request =
          new Request.Builder()
              .url("https://localhost:" + gateway.port() + "/")
              .post(RequestBody.create("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
              .build();
      try (Response response = client.newCall(request).execute()) {
        assertThat(response.protocol()).isEqualTo(Protocol.HTTP_2);
        assertThat(response.body().string()).isEqualTo("ok");
      }
      client.connectionPool().evictAll();
      gateway.close(Duration.ZERO);
    }
    assertThat(received.getFirst())
        .endsWith("\r\n\r\nhello")
        .containsIgnoringCase("x-forwarded-proto: https\r\n");
  }
}
