package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.upstream.UpstreamException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UpstreamTlsTest {
  private static final HeldCertificate CA =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("CA").build();
  private static final HeldCertificate SERVER =
      new HeldCertificate.Builder()
          .signedBy(CA)
          .addSubjectAlternativeName("localhost")
          .addSubjectAlternativeName("api.internal")
          .build();
  private static final HeldCertificate CLIENT =
      new HeldCertificate.Builder().signedBy(CA).commonName("client").build();

  @TempDir Path dir;

  private final UpstreamClient client = UpstreamClient.create(Timers.system());
  private final Scope scope = Scope.root(Timers.system());
  private final MockWebServer server = new MockWebServer();
  private Path root;

  @BeforeEach
  void start() throws IOException {
    root = write("ca.pem", CA.certificatePem());
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder()
            .heldCertificate(SERVER)
            .addTrustedCertificate(CA.certificate())
            .build();
    server.useHttps(certificates.sslSocketFactory());
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  private GatewayResponse get(@Nullable TlsMaterial material, String host) throws IOException {
    return get(material, host, Transport.Version.AUTO);
  }

  private GatewayResponse get(
      @Nullable TlsMaterial material, String host, Transport.Version version) throws IOException {
    server.enqueue(new MockResponse.Builder().body("ok").build());
    server.start();
    Transport transport =
        new Transport(
            material == null ? null : material.load(),
            version,
            Duration.ofSeconds(10),
            null,
            Transport.LookupFamily.V4_ONLY);
    Endpoint endpoint = new Endpoint(host, server.getPort(), true);
    return client.call(
        new UpstreamCall(GatewayRequest.get("/").build(), endpoint, transport, 0), scope);
  }

  private TlsMaterial material(@Nullable String hostname, String... names) {
    return new TlsMaterial(null, null, root, hostname, false, false, List.of(names));
  }

  private static void assertRefused(Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TLS));
  }

  private interface Call {
    void run() throws Exception;
  }

  @Test
  void trustsTheAuthorityItWasGiven() throws Exception {
    assertThat(get(material(null), "localhost").status()).isEqualTo(200);
    assertThat(server.takeRequest().getHandshake()).isNotNull();
  }

  @Test
  void doesNotTrustAnUnknownAuthority() {
    assertRefused(() -> get(null, "localhost"));
  }

  @Test
  void refusesACertificateForAnotherHost() {
    assertThatThrownBy(() -> get(material(null), "127.0.0.1"))
        .isInstanceOf(UpstreamException.class)
        .hasMessageStartingWith("127.0.0.1:")
        .hasMessageEndingWith("the certificate is for another host");
  }

  @Test
  void asksForAndVerifiesTheNameItWasGiven() throws Exception {
    assertThat(get(material("api.internal"), "127.0.0.1").status()).isEqualTo(200);
    assertThat(server.takeRequest().getHandshakeServerNames()).containsExactly("api.internal");
  }

  @Test
  void refusesACertificateWithoutTheNameItWasGiven() {
    assertRefused(() -> get(material("other.internal"), "localhost"));
  }

  @Test
  void acceptsOneOfTheAlternativeNamesInsteadOfTheHost() throws Exception {
    assertThat(get(material(null, "x", "api.internal"), "127.0.0.1").status()).isEqualTo(200);
  }

  @Test
  void refusesWhenNoAlternativeNameMatches() {
    assertRefused(() -> get(material(null, "x"), "localhost"));
  }

  @Test
  void verifiesTheChainButNotTheNameIfToldSo() throws Exception {
    TlsMaterial material = new TlsMaterial(null, null, root, null, false, true, List.of());

    assertThat(get(material, "127.0.0.1").status()).isEqualTo(200);
  }

  @Test
  void stillVerifiesTheChainWithoutTheName() {
    TlsMaterial material = new TlsMaterial(null, null, null, null, false, true, List.of());

    assertRefused(() -> get(material, "127.0.0.1"));
  }

  @Test
  void verifiesNothingIfToldSo() throws Exception {
    TlsMaterial material = new TlsMaterial(null, null, null, null, true, false, List.of());

    assertThat(get(material, "127.0.0.1").status()).isEqualTo(200);
  }

  @Test
  void showsItsCertificate() throws Exception {
    server.requireClientAuth();
    TlsMaterial material =
        new TlsMaterial(
            write("client.pem", CLIENT.certificatePem()),
            write("client.key", CLIENT.privateKeyPkcs8Pem()),
            root,
            null,
            false,
            false,
            List.of());

    assertThat(get(material, "localhost").status()).isEqualTo(200);
    X509Certificate shown =
        (X509Certificate) server.takeRequest().getHandshake().peerCertificates().getFirst();
    assertThat(shown).isEqualTo(CLIENT.certificate());
  }

  @Test
  void failsWithoutTheCertificateThatIsAskedFor() {
    server.requireClientAuth();

    assertThatThrownBy(() -> get(material(null), "localhost"))
        .isInstanceOf(UpstreamException.class);
  }

  @Test
  void speaksHttp2WhenTheEndpointDoes() throws Exception {
    get(material(null), "localhost").close();

    assertThat(server.takeRequest().getRequestLine()).endsWith("HTTP/2");
  }

  @Test
  void speaksHttp1WhenToldSo() throws Exception {
    get(material(null), "localhost", Transport.Version.HTTP_1_1).close();

    assertThat(server.takeRequest().getRequestLine()).endsWith("HTTP/1.1");
  }

  @Test
  void refusesAnEndpointWithoutHttp2WhenThatIsAskedFor() {
    server.setProtocols(List.of(Protocol.HTTP_1_1));

    assertThatThrownBy(() -> get(material(null), "localhost", Transport.Version.HTTP_2))
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining("does not speak HTTP/2");
  }
}
