package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class TlsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private static HeldCertificate authority;
  private static HeldCertificate stranger;

  @TempDir Path folder;
  private final LinkedBlockingQueue<Connection> seen = new LinkedBlockingQueue<>();
  private final Handler handler =
      (exchange, request) -> {
        seen.add(exchange.connection());
        return GatewayResponse.text(200, request.scheme());
      };

  @BeforeAll
  static void makeAuthorities() {
    authority = new HeldCertificate.Builder().certificateAuthority(0).commonName("ca").build();
    stranger = new HeldCertificate.Builder().certificateAuthority(0).commonName("other").build();
  }

  private static HeldCertificate certificate(HeldCertificate issuer, String... names) {
    HeldCertificate.Builder builder =
        new HeldCertificate.Builder().signedBy(issuer).commonName(names[0]);
    for (String name : names) {
      builder.addSubjectAlternativeName(name);
    }
    return builder.build();
  }

  private ServerNameTls write(String file, HeldCertificate certificate) throws IOException {
    Path cert = Files.writeString(folder.resolve(file + ".pem"), certificate.certificatePem());
    Path key = Files.writeString(folder.resolve(file + ".key"), certificate.privateKeyPkcs8Pem());
    return ServerNameTls.of(cert, key);
  }

  private TestListener open(ServerNameTls... tls) throws IOException {
    return TestListener.open(
        TestListener.bind().withTls(List.of(tls)), ExchangeExecutor.AUTO, handler);
  }

  private static SSLSocket connect(
      int port, @Nullable String serverName, @Nullable HeldCertificate client, String... versions)
      throws IOException {
    HandshakeCertificates.Builder trust =
        new HandshakeCertificates.Builder().addTrustedCertificate(authority.certificate());
    if (client != null) {
      trust.heldCertificate(client);
    }
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
    plain.setSoTimeout(10_000);
    SSLSocket socket =
        (SSLSocket) trust.build().sslSocketFactory().createSocket(plain, "localhost", port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(
        serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
    socket.setSSLParameters(parameters);
    if (versions.length > 0) {
      socket.setEnabledProtocols(versions);
    }
    return socket;
  }

  private static String nameServed(TestListener listener, @Nullable String serverName)
      throws Exception {
    try (SSLSocket socket = connect(listener.port(), serverName, null)) {
      socket.startHandshake();
      X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return leaf.getSubjectX500Principal().getName().replaceAll(".*CN=([^,]*).*", "$1");
    }
  }

  @Test
  void servesOverTls() throws Exception {
    try (TestListener listener = open(write("one", certificate(authority, "one.test")));
        RawClient client = new RawClient(connect(listener.port(), "one.test", null))) {
      assertThat(client.send(GET).read().body()).isEqualTo("https");
      assertThat(client.send(GET).read().status()).isEqualTo(200);
    }
    Connection connection = seen.take();
    assertThat(connection.tls()).isTrue();
    assertThat(connection.serverName()).isEqualTo("one.test");
    assertThat(connection.clientCertificates()).isEmpty();
  }

  @Test
  void refusesBadHeadsBehindTls() throws Exception {
    try (TestListener listener = open(write("one", certificate(authority, "one.test")));
        RawClient client = new RawClient(connect(listener.port(), "one.test", null))) {
      assertThat(
              client.send("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n" + GET).read().status())
          .isEqualTo(400);
      assertThat(client.atEnd()).isTrue();
    }
    assertThat(seen).isEmpty();
  }

  @Test
  void picksTheCertificateByServerName() throws Exception {
    ServerNameTls exact = write("exact", certificate(authority, "a.example.test"));
    ServerNameTls wildcard = write("wildcard", certificate(authority, "*.example.test"));
    ServerNameTls any = write("any", certificate(authority, "any.test"));
    try (TestListener listener =
        open(
            exact.withServerName("a.example.test"),
            wildcard.withServerName("*.Example.test"),
            any.withServerName(null))) {
      assertThat(nameServed(listener, "a.example.test")).isEqualTo("a.example.test");
      assertThat(nameServed(listener, "A.Example.Test")).isEqualTo("a.example.test");
      assertThat(nameServed(listener, "b.example.test")).isEqualTo("*.example.test");
      assertThat(nameServed(listener, "b.c.example.test")).isEqualTo("any.test");
      assertThat(nameServed(listener, null)).isEqualTo("any.test");
    }
  }

  @Test
  void closesWhenNoCertificateFits() throws Exception {
    ServerNameTls tls = write("one", certificate(authority, "one.test")).withServerName("one.test");
    try (TestListener listener = open(tls)) {
      assertThatThrownBy(() -> nameServed(listener, "two.test")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> nameServed(listener, null)).isInstanceOf(IOException.class);
      assertThat(nameServed(listener, "one.test")).isEqualTo("one.test");
    }
  }

  private ServerNameTls mutual(ServerNameTls.ClientAuth clientAuth) throws IOException {
    Path root = Files.writeString(folder.resolve("root.pem"), authority.certificatePem());
    return write("one", certificate(authority, "one.test"))
        .withClientCertificates(root, clientAuth);
  }

  @Test
  void tellsTheVerifiedClientCertificate() throws Exception {
    HeldCertificate alice = certificate(authority, "alice");
    try (TestListener listener = open(mutual(ServerNameTls.ClientAuth.REQUIRED));
        RawClient client = new RawClient(connect(listener.port(), "one.test", alice))) {
      assertThat(client.send(GET).read().status()).isEqualTo(200);
    }
    assertThat(seen.take().clientCertificates().getFirst()).isEqualTo(alice.certificate());
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void refusesClientsWithoutAGoodCertificate(@Nullable HeldCertificate certificate)
      throws Exception {
    try (TestListener listener = open(mutual(ServerNameTls.ClientAuth.REQUIRED))) {
      assertThatThrownBy(
              () -> {
                // Under TLS 1.3 the client learns of it when it reads.
                try (RawClient client =
                    new RawClient(connect(listener.port(), "one.test", certificate))) {
                  client.send(GET).read();
                }
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(seen).isEmpty();
  }

  static Stream<Arguments> strangers() {
    return Stream.of(
        argumentSet("none", (HeldCertificate) null),
        argumentSet("of another authority", certificate(stranger, "alice")),
        argumentSet(
            "expired",
            new HeldCertificate.Builder()
                .signedBy(authority)
                .commonName("alice")
                .validityInterval(0, 1_000)
                .build()));
  }

  @Test
  void servesClientsWithoutCertificateWhenItIsOptional() throws Exception {
    try (TestListener listener = open(mutual(ServerNameTls.ClientAuth.OPTIONAL));
        RawClient client = new RawClient(connect(listener.port(), "one.test", null))) {
      assertThat(client.send(GET).read().status()).isEqualTo(200);
    }
    assertThat(seen.take().clientCertificates()).isEmpty();
  }

  @Test
  void holdsToTheVersionsAndCipherSuites() throws Exception {
    ServerNameTls tls =
        write("one", certificate(authority, "one.test"))
            .withVersions(ServerNameTls.Version.TLS_V1_2, ServerNameTls.Version.TLS_V1_2)
            .withCipherSuites(List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
    try (TestListener listener = open(tls)) {
      try (SSLSocket socket = connect(listener.port(), null, null)) {
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
        assertThat(socket.getSession().getCipherSuite())
            .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
      }
      try (SSLSocket socket = connect(listener.port(), null, null, "TLSv1.3")) {
        assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
      }
    }
  }

  @Test
  void takesTheReferenceSpellingOfCipherSuitesAndGroups() throws Exception {
    ServerNameTls tls =
        write("one", certificate(authority, "one.test"))
            .withCipherSuites(List.of("TLS13_AES_128_GCM_SHA256"))
            .withKeyExchangeGroups(List.of("P-384"));
    try (TestListener listener = open(tls);
        SSLSocket socket = connect(listener.port(), null, null)) {
      socket.startHandshake();
      assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
    }
  }

  @Test
  @DisplayName("20 TLS material: bad files leave the former ones in use")
  void servesTheNewCertificateAfterAChangeAndKeepsConnections() throws Exception {
    try (TestListener listener = open(write("one", certificate(authority, "old.test")));
        RawClient before = new RawClient(connect(listener.port(), null, null))) {
      assertThat(before.send(GET).read().status()).isEqualTo(200);
      write("one", certificate(authority, "renewed.test"));
      listener.listener.reloadCertificates();
      assertThat(nameServed(listener, null)).isEqualTo("renewed.test");
      assertThat(before.send(GET).read().status()).isEqualTo(200);
      // Half of a change, or a bad file, leaves what was there.
      Files.writeString(folder.resolve("one.pem"), "no certificate");
      listener.listener.reloadCertificates();
      assertThat(nameServed(listener, null)).isEqualTo("renewed.test");
      write("one", certificate(authority, "third.example.test"));
      listener.listener.reloadCertificates();
      assertThat(nameServed(listener, null)).isEqualTo("third.example.test");
    }
  }

  @Test
  void takesOtherSettingsWhileItIsOpen() throws Exception {
    ServerNameTls one = write("one", certificate(authority, "one.test"));
    ServerNameTls two = write("two", certificate(authority, "two.test"));
    try (TestListener listener = open(one)) {
      BindSettings next = TestListener.bind().withTls(List.of(two));
      Runnable effect = listener.listener.prepare(next);
      assertThat(nameServed(listener, null)).isEqualTo("one.test");
      effect.run();
      assertThat(nameServed(listener, null)).isEqualTo("two.test");
      ServerNameTls missing = ServerNameTls.of(folder.resolve("missing"), two.key());
      assertThatThrownBy(() -> listener.listener.prepare(next.withTls(List.of(missing))))
          .isInstanceOf(IOException.class);
      assertThat(nameServed(listener, null)).isEqualTo("two.test");
      listener.listener.prepare(TestListener.bind()).run();
      try (RawClient client = listener.client()) {
        assertThat(client.send(GET).read().body()).isEqualTo("http");
      }
    }
  }

  @Test
  void looksAfterTheFilesByItself() throws Exception {
    try (TestListener listener = open(write("one", certificate(authority, "old.test")))) {
      write("one", certificate(authority, "renewed.test"));
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!nameServed(listener, null).equals("renewed.test")) {
        assertThat(System.nanoTime()).isLessThan(end);
      }
    }
  }

  @Test
  void takesTheFirstMessageInPieces() throws Exception {
    try (TestListener listener = open(write("one", certificate(authority, "one.test")));
        Socket slow = new SlowSocket(listener.port())) {
      HandshakeCertificates trust =
          new HandshakeCertificates.Builder()
              .addTrustedCertificate(authority.certificate())
              .build();
      try (SSLSocket socket =
          (SSLSocket)
              trust.sslSocketFactory().createSocket(slow, "one.test", listener.port(), true)) {
        socket.startHandshake();
        assertThat(socket.getSession().isValid()).isTrue();
      }
    }
  }

  @Test
  void closesWhenTheHandshakeDoesNotEnd() throws Exception {
    BindSettings settings =
        TestListener.bind()
            .withTls(List.of(write("one", certificate(authority, "one.test"))))
            .withTlsHandshakeTimeout(Duration.ofMillis(200));
    try (TestListener listener = TestListener.open(settings, ExchangeExecutor.AUTO, handler);
        RawClient client = listener.client()) {
      client.send("\u0016\u0003\u0001");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void readsKeysOfAllForms() throws Exception {
    HeldCertificate rsa =
        new HeldCertificate.Builder()
            .signedBy(authority)
            .rsa2048()
            .addSubjectAlternativeName("rsa.test")
            .build();
    ServerNameTls pkcs1 = write("rsa", rsa);
    Files.writeString(pkcs1.key(), rsa.privateKeyPkcs1Pem());
    HeldCertificate ec = certificate(authority, "ec.test");
    ServerNameTls sec1 = write("ec", ec);
    Files.writeString(sec1.key(), sec1(ec));
    try (TestListener listener =
        open(pkcs1.withServerName("rsa.test"), sec1.withServerName("ec.test"))) {
      assertThat(nameServed(listener, "ec.test")).isEqualTo("ec.test");
      try (SSLSocket socket = connect(listener.port(), "rsa.test", null)) {
        socket.startHandshake();
      }
    }
  }

  /** What PKCS#8 wraps, at its end, is the key in the form of SEC1. */
  private static String sec1(HeldCertificate certificate) throws Exception {
    byte[] pkcs8 = certificate.keyPair().getPrivate().getEncoded();
    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    int start = 4;
    while (!(pkcs8[start] == 0x30 && pkcs8[start + 2] == 2 && pkcs8[start + 4] == 1)) {
      start++;
    }
    byte[] key = Arrays.copyOfRange(pkcs8, start, pkcs8.length);
    return "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        + "-----BEGIN EC PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(key)
        + "\n-----END EC PRIVATE KEY-----\n";
  }

  @Test
  @DisplayName("20 TLS material: no start without usable files")
  void doesNotStartWithoutUsableFilesAndSaysWhy() throws Exception {
    HeldCertificate one = certificate(authority, "one.test");
    ServerNameTls good = write("one", one);
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");
    Path missing = folder.resolve("missing.pem");
    ServerNameTls other = write("two", certificate(authority, "two.test"));
    assertRefused(ServerNameTls.of(missing, good.key()), "cert " + missing + ": no such file");
    assertRefused(ServerNameTls.of(good.cert(), missing), "key " + missing + ": no such file");
    assertRefused(
        ServerNameTls.of(empty, good.key()),
        "cert " + empty + ": no certificate (expected: PEM text with -----BEGIN CERTIFICATE-----)");
    assertRefused(
        ServerNameTls.of(good.cert(), empty),
        "key " + empty + ": no private key (expected: PEM text with -----BEGIN PRIVATE KEY-----)");
    assertRefused(
        ServerNameTls.of(good.cert(), other.key()),
        "key " + other.key() + ": the private key does not belong to the certificate");
    assertRefused(
        good.withClientCertificates(empty, ServerNameTls.ClientAuth.REQUIRED),
        "root " + empty + ": no certificate (expected: PEM text with -----BEGIN CERTIFICATE-----)");
    assertRefused(
        good.withCipherSuites(List.of("TLS_FOO")),
        "cipherSuites[0]: TLS_FOO is not supported by this JVM");
    assertRefused(
        good.withKeyExchangeGroups(List.of("P-1")),
        "keyExchangeGroups[0]: P-1 is not supported by this JVM");
  }

  private void assertRefused(ServerNameTls tls, String why) {
    assertThatThrownBy(() -> open(tls)).isInstanceOf(IOException.class).hasMessage(why);
  }
}
