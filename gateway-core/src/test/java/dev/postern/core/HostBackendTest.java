package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.text.Secret;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostBackendTest {
  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws Exception {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String address() {
    return "127.0.0.1:" + server.getPort();
  }

  @Test
  void requestReachesTheHostAndItsAnswerComesBack() throws Exception {
    server.enqueue(
        new MockResponse.Builder().code(201).addHeader("X-Made", "yes").body("made").build());
    try (Gateway gateway =
        Gateway.builder().route("r", route -> route.backend(HostBackend.of(address()))).build()) {
      GatewayResponse response =
          gateway.handle(
              GatewayRequest.post("/things?x=1", Body.of("thing"))
                  .header("Connection", "X-Hop")
                  .header("X-Hop", "1")
                  .build());

      assertThat(response.status()).isEqualTo(201);
      assertThat(response.header("x-made")).isEqualTo("yes");
      assertThat(ShapeFixtures.text(response)).isEqualTo("made");
    }
    RecordedRequest seen = server.takeRequest();
    assertThat(seen.getTarget()).isEqualTo("/things?x=1");
    assertThat(seen.getBody().utf8()).isEqualTo("thing");
    assertThat(seen.getHeaders().get("host")).isEqualTo(address());
    assertThat(seen.getHeaders().get("x-hop")).isNull();
  }

  @Test
  void deadHostIsPassedOverForALivingOne() throws Exception {
    int dead;
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      dead = socket.getLocalPort();
    }
    for (int i = 0; i < 20; i++) {
      server.enqueue(new MockResponse.Builder().body("alive").build());
    }
    try (Gateway gateway =
        Gateway.builder()
            .route(
                "r",
                route ->
                    route
                        .policy(Retry.builder().attempts(1).build())
                        .backend(HostBackend.of("127.0.0.1:" + dead, address())))
            .build()) {
      for (int i = 0; i < 20; i++) {
        GatewayResponse response = gateway.handle(GatewayRequest.post("/", Body.of("x")).build());
        assertThat(ShapeFixtures.text(response)).isEqualTo("alive");
      }
    }
  }

  @Test
  void unreachableHostIs503() throws Exception {
    int dead;
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      dead = socket.getLocalPort();
    }
    try (Gateway gateway =
        Gateway.builder()
            .route("r", route -> route.backend(HostBackend.of("127.0.0.1:" + dead)))
            .build()) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

      assertThat(response.status()).isEqualTo(503);
      assertThat(ShapeFixtures.text(response)).isEqualTo("upstream call failed");
    }
  }

  @Test
  void credentialReplacesTheClientsOwn() throws Exception {
    server.enqueue(new MockResponse.Builder().build());
    try (Gateway gateway =
        Gateway.builder()
            .route(
                "r",
                route ->
                    route
                        .policy(BackendAuth.key(Secret.of("real")))
                        .backend(HostBackend.of(address())))
            .build()) {
      gateway.handle(GatewayRequest.get("/").header("Authorization", "Bearer clients-own").build());
    }
    assertThat(server.takeRequest().getHeaders().values("authorization"))
        .containsExactly("Bearer real");
  }

  @Test
  void hostThatCannotBeReadIsRefusedWithWhatWasExpected() {
    assertThatThrownBy(() -> HostBackend.of("localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("localhost")
        .hasMessageContaining("expected: host:port");
  }

  @Test
  void serverIsToldWhereARequestCameFromAndNotWhatItsProxyCredentialsWere() throws Exception {
    server.enqueue(new MockResponse.Builder().build());
    try (Gateway gateway =
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route("r", route -> route.backend(HostBackend.of(address())))
            .build()
            .start()) {
      okhttp3.Request request =
          new okhttp3.Request.Builder()
              .url("http://127.0.0.1:" + gateway.port() + "/")
              .header("X-Forwarded-For", "6.6.6.6")
              .header("Proxy-Authorization", "Basic c2VjcmV0")
              .build();
      new okhttp3.OkHttpClient().newCall(request).execute().close();
      okhttp3.Headers seen = server.takeRequest().getHeaders();
      assertThat(seen.values("x-forwarded-for")).containsExactly("127.0.0.1");
      assertThat(seen.get("x-forwarded-host")).isEqualTo("127.0.0.1:" + gateway.port());
      assertThat(seen.get("proxy-authorization")).isNull();
    }
  }

  @Test
  void hostThatKeepsFailingGetsNoRequestsForAWhileAlsoAfterAReload() throws Exception {
    try (MockWebServer failing = new MockWebServer()) {
      failing.start();
      failing.setDispatcher(answering(500));
      server.setDispatcher(answering(200));
      String[] hosts = {"127.0.0.1:" + failing.getPort(), address()};
      Health health = new Health(Health.Eviction.afterFailures(2, java.time.Duration.ofMinutes(5)));
      try (Gateway gateway = balanced(hosts, health, "one").build()) {
        for (int i = 0; i < 200; i++) {
          gateway.handle(GatewayRequest.get("/").build()).close();
        }
        int failed = failing.getRequestCount();
        assertThat(failed).isBetween(1, 2);

        gateway.reload(balanced(hosts, health, "two").toConfig());
        for (int i = 0; i < 50; i++) {
          gateway.handle(GatewayRequest.get("/").build()).close();
        }
        assertThat(failing.getRequestCount()).isEqualTo(failed);
      }
    }
  }

  private static mockwebserver3.Dispatcher answering(int status) {
    return new mockwebserver3.Dispatcher() {
      @Override
      public MockResponse dispatch(RecordedRequest request) {
        return new MockResponse.Builder().code(status).build();
      }
    };
  }

  private static GatewayBuilder balanced(String[] hosts, Health health, String rule) {
    return Gateway.builder()
        .route("r", route -> route.ruleName(rule).policy(health).backend(HostBackend.of(hosts)));
  }

  @Test
  void certificateIsVerifiedAgainstTheConfiguredAuthorityOnly() throws Exception {
    okhttp3.tls.HeldCertificate authority =
        new okhttp3.tls.HeldCertificate.Builder().certificateAuthority(0).build();
    okhttp3.tls.HeldCertificate leaf =
        new okhttp3.tls.HeldCertificate.Builder()
            .addSubjectAlternativeName("127.0.0.1")
            .signedBy(authority)
            .build();
    java.nio.file.Path root = java.nio.file.Files.createTempFile("root", ".pem");
    java.nio.file.Files.writeString(root, authority.certificatePem());
    try (MockWebServer secure = new MockWebServer()) {
      secure.useHttps(
          new okhttp3.tls.HandshakeCertificates.Builder()
              .heldCertificate(leaf, authority.certificate())
              .build()
              .sslSocketFactory());
      secure.start();
      secure.setDispatcher(answering(204));
      String host = "127.0.0.1:" + secure.getPort();

      assertThat(status(host, BackendTls.root(root))).isEqualTo(204);
      assertThat(status(host, BackendTls.system())).isEqualTo(503);
      assertThat(status(host, BackendTls.root(root).hostname("other.example"))).isEqualTo(503);
    } finally {
      java.nio.file.Files.delete(root);
    }
  }

  @Test
  void missingCertificateFileIsAnErrorOfTheConfiguration() {
    assertThatThrownBy(
            () -> status("127.0.0.1:1", BackendTls.root(java.nio.file.Path.of("/nowhere.pem"))))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("routes.r.backends[0]")
        .hasMessageContaining("/nowhere.pem");
  }

  private static int status(String host, BackendTls tls) {
    try (Gateway gateway =
            Gateway.builder()
                .route("r", route -> route.policy(tls).backend(HostBackend.of(host)))
                .build();
        GatewayResponse response = gateway.handle(GatewayRequest.get("/").build())) {
      return response.status();
    }
  }
}
