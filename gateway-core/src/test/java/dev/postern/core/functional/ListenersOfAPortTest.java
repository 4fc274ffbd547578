package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.Listener;
import dev.postern.core.ServerTls;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.PolicySet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One port with a public host, its alias, and a host that asks its clients for certificates. */
@Timeout(60)
class ListenersOfAPortTest {
  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("ca").build();

  @TempDir Path folder;
  private Gateway gateway;

  @BeforeEach
  void start() throws IOException {
    Path root = Files.writeString(folder.resolve("root.pem"), AUTHORITY.certificatePem());
    gateway =
        Gateway.builder()
            .gateway(
                "default",
                Bind.port(0)
                    .address("127.0.0.1")
                    .listener(listener("public.example", certificate("public.example")))
                    .listener(listener("alias.example", certificate("alias.example")))
                    .listener(listener("inner.example", certificate("inner.example").root(root))))
            .route(
                "r",
                route ->
                    route.backend(
                        HandlerBackend.of(
                            "h",
                            (exchange, request) ->
                                GatewayResponse.text(200, "for " + request.authority()))))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    gateway.close(Duration.ZERO);
  }

  private ServerTls certificate(String host) throws IOException {
    HeldCertificate held = held(host);
    return ServerTls.of(
        Files.writeString(folder.resolve(host + ".pem"), held.certificatePem()),
        Files.writeString(folder.resolve(host + ".key"), held.privateKeyPkcs8Pem()));
  }

  private static HeldCertificate held(String name) {
    return new HeldCertificate.Builder()
        .signedBy(AUTHORITY)
        .commonName(name)
        .addSubjectAlternativeName(name)
        .build();
  }

  private static Listener listener(String host, ServerTls tls) {
    return new Listener(null, host, tls, PolicySet.EMPTY);
  }

  private String ask(String serverName, String host, HandshakeCertificates trust)
      throws IOException {
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
    plain.setSoTimeout(10_000);
    try (SSLSocket socket =
        (SSLSocket) trust.sslSocketFactory().createSocket(plain, serverName, 443, true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
      socket.setSSLParameters(parameters);
      String request = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  private static HandshakeCertificates.Builder trust() {
    return new HandshakeCertificates.Builder().addTrustedCertificate(AUTHORITY.certificate());
  }

  @ParameterizedTest
  @CsvSource({
    "public.example, public.example, 200",
    "public.example, alias.example, 200",
    "public.example, inner.example, 421",
    "public.example, unknown.example, 404"
  })
  void hostOfARequestMustFitTheHandshake(String serverName, String host, int status)
      throws IOException {
    String answer = ask(serverName, host, trust().build());
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    switch (status) {
      case 200 -> assertThat(answer).endsWith("for " + host);
      case 421 -> assertThat(answer).contains("misdirected request").doesNotContain("for ");
      default -> assertThat(answer).contains("listener not found");
    }
  }

  @Test
  void certificateOpensTheInnerHostOnly() throws IOException {
    HandshakeCertificates client = trust().heldCertificate(held("client")).build();
    assertThat(ask("inner.example", "inner.example", client)).endsWith("for inner.example");
    assertThat(ask("inner.example", "public.example", client)).startsWith("HTTP/1.1 421 ");
  }
}
