package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.HandlerBackend;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code frontendPolicies} says of TLS and TCP, as clients of a listener find it. */
@Timeout(60)
class FrontendTlsTest {
  private static final String OLD = "TLSv1.2";
  private static final String NEW = "TLSv1.3";

  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  @TempDir Path folder;
  private HandshakeCertificates trust;

  @BeforeEach
  void writeCertificate() throws IOException {
    HeldCertificate held =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    Files.writeString(folder.resolve("one.pem"), held.certificatePem());
    Files.writeString(folder.resolve("one.key"), held.privateKeyPkcs8Pem());
    trust = new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
  }

  private LoadedConfig load(String frontend, String listener) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String yaml =
          """
          gateways:
            default:
              port: %d
              address: 127.0.0.1
              tls: {cert: one.pem, key: one.key%s}
          frontendPolicies:
            %s
          """
              .formatted(free.getLocalPort(), listener, frontend);
      return Configs.parse("config.yaml", yaml, LoadOptions.DEFAULTS.baseDir(folder));
    }
  }

  private Gateway start(String frontend, String listener) throws IOException {
    GatewayBuilder builder = Gateway.builder().config(load(frontend, listener).config());
    return builder
        .route(
            "r",
            route ->
                route.backend(
                    HandlerBackend.of("h", (exchange, request) -> GatewayResponse.text(200, "ok"))))
        .build()
        .start();
  }

  private Gateway start(String frontend) throws IOException {
    return start(frontend, "");
  }

  private SSLSocket connect(Gateway gateway) throws IOException {
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
    plain.setSoTimeout(10_000);
    return (SSLSocket)
        trust.sslSocketFactory().createSocket(plain, "localhost", gateway.port(), true);
  }

  /** Returns the version that a client of these versions gets. */
  private String version(Gateway gateway, String... versions) throws IOException {
    try (SSLSocket socket = connect(gateway)) {
      socket.setEnabledProtocols(versions);
      socket.startHandshake();
      return socket.getSession().getProtocol();
    }
  }

  /** Returns the protocol that a client which asks for these gets; empty for none. */
  private @Nullable String protocol(Gateway gateway, String... protocols) throws IOException {
    try (SSLSocket socket = connect(gateway)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(protocols);
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket.getApplicationProtocol();
    }
  }

  @Test
  void handshakeWithAVersionOutsideTheRangeFails() throws IOException {
    try (Gateway gateway = start("tls: {minVersion: TLS_V1_3}")) {
      assertThatThrownBy(() -> version(gateway, OLD)).isInstanceOf(SSLException.class);
      assertThat(version(gateway, OLD, NEW)).isEqualTo(NEW);
    }
    try (Gateway gateway = start("tls: {maxVersion: TLS_V1_2}")) {
      assertThatThrownBy(() -> version(gateway, NEW)).isInstanceOf(SSLException.class);
      assertThat(version(gateway, OLD, NEW)).isEqualTo(OLD);
    }
  }

  @Test
  void whatAListenerSaysItselfWins() throws IOException {
    try (Gateway gateway =
        start(
            "tls: {minVersion: TLS_V1_3, cipherSuites: [TLS13_AES_256_GCM_SHA384]}",
            ", minTLSVersion: TLS_V1_2, cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]")) {
      assertThat(version(gateway, OLD, NEW)).isEqualTo(OLD);
    }
  }

  @Test
  void rangesThatLeaveNoVersionAreRefused() throws IOException {
    LoadedConfig loaded = load("tls: {maxVersion: TLS_V1_2}", ", minTLSVersion: TLS_V1_3");
    assertThatThrownBy(() -> Gateway.from(loaded.config()))
        .isInstanceOfSatisfying(
            InvalidConfigurationException.class,
            e ->
                assertThat(loaded.locate(e).diagnostics().getFirst().toString())
                    .contains(
                        "config.yaml:5:",
                        "gateways.default.tls.minTLSVersion: TLS_V1_3 (expected: at most"
                            + " TLS_V1_2)"));
  }

  @Test
  void suitesAndGroupsAreThoseOfTheList() throws IOException {
    try (Gateway gateway =
            start("tls: {cipherSuites: [TLS13_AES_128_GCM_SHA256], keyExchangeGroups: [P-384]}");
        SSLSocket socket = connect(gateway)) {
      SSLParameters other = socket.getSSLParameters();
      other.setNamedGroups(new String[] {"x25519"});
      try (SSLSocket refused = connect(gateway)) {
        refused.setSSLParameters(other);
        assertThatThrownBy(refused::startHandshake).isInstanceOf(SSLException.class);
      }
      socket.startHandshake();
      assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
    }
  }

  @Test
  void listOfProtocolsDecides() throws IOException {
    try (Gateway gateway = start("tls: {}")) {
      assertThat(protocol(gateway, "http/1.1", "h2")).isEqualTo("h2");
      assertThat(protocol(gateway, "http/1.0")).isEmpty();
    }
    try (Gateway gateway = start("tls: {alpn: [http/1.1]}")) {
      assertThat(protocol(gateway, "h2", "http/1.1")).isEqualTo("http/1.1");
      assertThatThrownBy(() -> protocol(gateway, "h2")).isInstanceOf(SSLException.class);
    }
    try (Gateway gateway = start("tls: {alpn: [http/1.1, h2]}")) {
      assertThat(protocol(gateway, "h2", "http/1.1")).isEqualTo("http/1.1");
    }
  }

  @Test
  void http2ThatIsNotOfferedIsNotSpokenUnasked() throws IOException {
    try (Gateway gateway = start("tls: {alpn: [http/1.1]}");
        SSLSocket socket = connect(gateway)) {
      socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 ")
          .doesNotContain("200 OK");
    }
  }

  @Test
  void clientThatIsSilentInTheHandshakeIsClosed() throws IOException {
    try (Gateway gateway = start("tls: {handshakeTimeout: 200ms}");
        Socket silent = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      silent.setSoTimeout(10_000);
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void silentConnectionsAreProbedAsConfigured() throws IOException {
    assumeThat(TABLES).as("the tables of connections of Linux").allMatch(Files::isReadable);
    try (Gateway gateway = start("tcp: {keepalives: {time: 50s}}");
        SSLSocket client = connect(gateway)) {
      client.startHandshake();
      assertThat(secondsToNextProbe(gateway, client)).isBetween(30L, 50L);
    }
    try (Gateway gateway = start("tcp: {keepalives: {enabled: false}}");
        SSLSocket client = connect(gateway)) {
      client.startHandshake();
      assertThat(secondsToNextProbe(gateway, client)).isEqualTo(-1);
    }
  }

  /**
   * Returns when the gateway's side of a connection will be probed, from its line in the table:
   * {@code local remote state queues timer:jiffies}, where the timer 02 is that of probes, 00 is
   * none and any other is one of data that was not acknowledged yet.
   */
  private static long secondsToNextProbe(Gateway gateway, Socket client) throws IOException {
    String pattern =
        String.format(
            Locale.ROOT,
            ".* [0-9A-F]+:%04X [0-9A-F]+:%04X 01 .*",
            gateway.port(),
            client.getLocalPort());
    String timer = "";
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!timer.startsWith("00:") && !timer.startsWith("02:")) {
      assertThat(System.nanoTime()).as("timer " + timer).isLessThan(end);
      for (Path table : TABLES) {
        for (String line : Files.readAllLines(table)) {
          timer = line.matches(pattern) ? line.strip().split(" +", -1)[5] : timer;
        }
      }
    }
    return timer.startsWith("02:") ? Long.parseLong(timer.substring(3), 16) / 100 : -1;
  }

  @Test
  void javaSaysTheSame() throws IOException {
    FrontendPolicies written =
        load("tls: {alpn: [h2], minVersion: TLS_V1_3}", "").config().frontendPolicies();
    assertThat(written)
        .isEqualTo(
            FrontendPolicies.builder()
                .tls(
                    dev.postern.core.FrontendTls.builder()
                        .alpn("h2")
                        .minVersion(dev.postern.core.ServerTls.Version.TLS_V1_3)
                        .build())
                .build());
  }
}
