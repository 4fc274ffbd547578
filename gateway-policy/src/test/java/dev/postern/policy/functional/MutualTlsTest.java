package dev.postern.policy.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Gateway;
import dev.postern.core.config.Configs;
import dev.postern.core.testing.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.tls.Certificates;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers who are known by their certificates. */
@Timeout(60)
class MutualTlsTest {
  private Path files;
  private MockWebServer backend;
  private Gateway gateway;

  @BeforeEach
  void start() throws IOException, URISyntaxException {
    files = Path.of(Objects.requireNonNull(getClass().getResource("mtls")).toURI());
    backend = new MockWebServer();
    backend.start(InetAddress.getLoopbackAddress(), 0);
    String yaml =
        """
        binds:
        - port: 8443
          listeners:
          - protocol: HTTPS
            tls: {cert: "%1$s/server.pem", key: "%1$s/server.key", root: "%1$s/ca.pem"}
            routes:
            - matches: [{path: {exact: /who}}]
              policies:
                directResponse:
                  status: 200
                  bodyExpression: >
                    {"cn": source.subjectCn, "subject": source.subject, "issuer": source.issuer,
                     "names": source.subjectAltNames,
                     "spiffe": default(source.spiffeId, "none"),
                     "account": default(source.identity.serviceAccount, "none"),
                     "pem": source.certificate.startsWith("-----BEGIN CERTIFICATE-----\\n")}
            - policies:
                authorization:
                  rules:
                  - require: source.identity.trustDomain == "example.org"
                  - source.identity.namespace == "shop" && source.identity.serviceAccount == "frontend"
              backends:
              - host: 127.0.0.1:%2$d
        """
            .formatted(files, backend.getPort());
    gateway = Gateway.from(FreePorts.of(Configs.fromYaml(yaml))).start();
  }

  @AfterEach
  void stop() {
    gateway.close(Duration.ZERO);
    backend.close();
  }

  private HeldCertificate held(String name) throws IOException {
    return HeldCertificate.decode(
        Files.readString(files.resolve(name + ".pem"))
            + Files.readString(files.resolve(name + ".key")));
  }

  private Response send(@Nullable HeldCertificate client, Request.Builder request)
      throws IOException {
    X509Certificate authority =
        Certificates.decodeCertificatePem(Files.readString(files.resolve("ca.pem")));
    HandshakeCertificates.Builder trust =
        new HandshakeCertificates.Builder().addTrustedCertificate(authority);
    if (client != null) {
      trust.heldCertificate(client);
    }
    HandshakeCertificates certificates = trust.build();
    return new OkHttpClient.Builder()
        .sslSocketFactory(certificates.sslSocketFactory(), certificates.trustManager())
        .build()
        .newCall(request.build())
        .execute();
  }

  private Request.Builder get(String path) {
    return new Request.Builder().url("https://127.0.0.1:" + gateway.port() + path);
  }

  @Test
  void expressionsSeeTheCertificate() throws IOException {
    try (Response response = send(held("workload"), get("/who"))) {
      assertThat(response.body().string())
          .contains(
              "\"cn\":\"frontend\"",
              "\"subject\":\"CN=frontend,O=shop\"",
              "\"issuer\":\"CN=test ca\"",
              "\"names\":[\"spiffe://example.org/ns/shop/sa/frontend\",\"frontend.example.org\"]",
              "\"spiffe\":\"spiffe://example.org/ns/shop/sa/frontend\"",
              "\"account\":\"frontend\"",
              "\"pem\":true");
    }
  }

  @Test
  @DisplayName("10.5: an identity is a URI of exactly one form, and a name is an attribute")
  void namesThatOnlyLookAlikeAreNone() throws IOException {
    HeldCertificate impostor = held("impostor");
    try (Response response = send(impostor, get("/who"))) {
      assertThat(response.body().string())
          .contains(
              "\"cn\":\"mallory\"",
              "\"spiffe\":\"spiffe://example.org/sa/frontend/ns/shop\"",
              "\"account\":\"none\"");
    }
    try (Response response = send(impostor, get("/"))) {
      assertThat(response.code()).isEqualTo(403);
      assertThat(response.body().string()).isEqualTo("authorization failed");
    }
    assertThat(backend.getRequestCount()).isZero();
  }

  @Test
  void workloadPassesAndCannotSpeakForOthers() throws Exception {
    backend.enqueue(new MockResponse.Builder().body("served").build());
    try (Response response =
        send(
            held("workload"), get("/").header("x-forwarded-client-cert", "Subject=\"CN=admin\""))) {
      assertThat(response.body().string()).isEqualTo("served");
    }
    assertThat(backend.takeRequest().getHeaders().get("x-forwarded-client-cert")).isNull();
  }

  @Test
  void withoutACertificateThereIsNoConnection() {
    assertThatThrownBy(() -> send(null, get("/who"))).isInstanceOf(IOException.class);
    assertThat(backend.getRequestCount()).isZero();
  }
}
