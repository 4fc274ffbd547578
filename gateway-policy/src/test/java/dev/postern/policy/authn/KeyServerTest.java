package dev.postern.policy.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import dev.postern.core.BackendTls;
import dev.postern.core.Gateway;
import dev.postern.core.config.Configs;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys on a server that shows a certificate of a private authority and asks for credentials. */
@Timeout(60)
class KeyServerTest {
  private static final Issuer ISSUER = Issuer.ec("k1", Curve.P_256);

  @TempDir Path folder;
  private MockWebServer server;
  private Path authority;

  @BeforeEach
  void start() throws IOException {
    HeldCertificate held =
        new HeldCertificate.Builder()
            .commonName("a")
            .addSubjectAlternativeName("localhost")
            .build();
    authority = Files.writeString(folder.resolve("ca.pem"), held.certificatePem());
    server = new MockWebServer();
    server.useHttps(
        new HandshakeCertificates.Builder().heldCertificate(held).build().sslSocketFactory());
    server.start(InetAddress.getLoopbackAddress(), 0);
    server.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "application/jwk-set+json")
            .body(Issuer.jwks(ISSUER.jwk()))
            .build());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Gateway gateway(String policies) {
    return Gateway.from(
        Configs.fromYaml(
            """
            gateways:
              default: {port: 4000}
            routes:
            - policies:
                jwtAuth:
                  mode: strict
                  issuer: i
                  audiences: [a]
                  jwks:
                    url: https://localhost:%d/keys?v=1
                    %s
                directResponse: {status: 200, body: in}
            """
                .formatted(server.getPort(), policies)));
  }

  private static int status(Gateway gateway) {
    String claims =
        "{\"iss\":\"i\",\"aud\":\"a\",\"exp\":" + (Instant.now().getEpochSecond() + 60) + "}";
    String token = ISSUER.token("ES256", claims);
    try (GatewayResponse answer =
        gateway.handle(
            GatewayRequest.get("/").header("authorization", "Bearer " + token).build())) {
      return answer.status();
    }
  }

  @Test
  void callsAreMadeAsThePoliciesSay() throws Exception {
    String policies =
        "policies: {backendTLS: {root: " + authority + "}, backendAuth: {key: sk-keys-0123456789}}";
    try (Gateway gateway = gateway(policies)) {
      assertThat(status(gateway)).isEqualTo(200);
      RecordedRequest fetch = server.takeRequest();
      assertThat(fetch.getUrl()).hasToString("https://localhost:" + server.getPort() + "/keys?v=1");
      assertThat(fetch.getHeaders().get("authorization")).isEqualTo("Bearer sk-keys-0123456789");
      assertThat(gateway.config().toString()).doesNotContain("sk-keys-0123456789");
      // The keys outlive a reload that leaves them as they are.
      gateway.reload(gateway.config().toBuilder().build());
      assertThat(status(gateway)).isEqualTo(200);
      assertThat(server.getRequestCount()).isEqualTo(1);
    }
  }

  @Test
  void withoutThemTheServerIsNotTrusted() {
    try (Gateway gateway = gateway("maxStale: 1h")) {
      assertThat(status(gateway)).isEqualTo(503);
    }
  }

  @Test
  void policiesNeedACallToHoldFor() {
    assertThatThrownBy(
            () -> Jwks.parse(Issuer.jwks(ISSUER.jwk())).policies(BackendTls.root(authority)))
        .hasMessage("policies: set without url (expected: together with url)");
  }
}
