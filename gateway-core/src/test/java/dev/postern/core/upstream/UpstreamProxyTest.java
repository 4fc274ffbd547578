package dev.postern.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.upstream.UpstreamException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UpstreamProxyTest {
  private final UpstreamClient client = UpstreamClient.create(Timers.system());
  private final Scope scope = Scope.root(Timers.system());
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    client.close();
  }

  private RawServer proxy(String answer) {
    return RawServer.of(connection -> {
      for (String request; (request = connection.readRequest()) != null; ) {
        requests.add(request);
        connection.write(answer);
      }
    });
  }

  private GatewayResponse get(Endpoint endpoint, Endpoint proxy) throws IOException {
    Transport transport =
        new Transport(
            null,
            Transport.Version.AUTO,
            Duration.ofSeconds(10),
            proxy,
            Transport.LookupFamily.ALL);
    GatewayRequest request = GatewayRequest.get("/path?q=1").build();
    return client.call(new UpstreamCall(request, endpoint, transport, 0), scope);
  }

  @Test
  void asksTheProxyForAWholeUrl() throws Exception {
    try (RawServer proxy = proxy("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
      GatewayResponse response = get(new Endpoint("origin.invalid", 8080, false), proxy.endpoint());

      assertThat(response.status()).isEqualTo(200);
      assertThat(requests.take())
          .isEqualTo(
              "GET http://origin.invalid:8080/path?q=1 HTTP/1.1\r\n"
                  + "Host: origin.invalid:8080\r\n\r\n");
    }
  }

  @Test
  void asksTheProxyForATunnelToTlsEndpoints() throws Exception {
    try (RawServer proxy = proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) {
      Endpoint endpoint = new Endpoint("origin.invalid", 443, true);

      assertThatThrownBy(() -> get(endpoint, proxy.endpoint()))
          .isInstanceOfSatisfying(
              UpstreamException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(Kind.CONNECT);
                assertThat(e.requestSent()).isFalse();
              });
      assertThat(requests.take())
          .isEqualTo(
              "CONNECT origin.invalid:443 HTTP/1.1\r\nHost: origin.invalid:443\r\n"
                  + "Proxy-Connection: Keep-Alive\r\n\r\n");
    }
  }

  @Test
  void handsBackA407OfAPlainProxy() throws Exception {
    try (RawServer proxy =
        proxy("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")) {
      GatewayResponse response = get(new Endpoint("origin.invalid", 80, false), proxy.endpoint());

      assertThat(response.status()).isEqualTo(407);
      assertThat(requests).hasSize(1);
    }
  }

  @Test
  void refusesProxiesBehindTls() {
    Endpoint proxy = new Endpoint("proxy.invalid", 443, true);

    assertThatThrownBy(() -> get(new Endpoint("origin.invalid", 80, false), proxy))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not supported yet");
  }
}
