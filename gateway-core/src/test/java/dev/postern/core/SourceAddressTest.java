package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Forwarding;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceAddressTest {
  private static final Forwarding TRUSTING =
      new Forwarding(
          List.of("10.0.0.0/8"),
          0,
          Forwarding.Mode.APPEND,
          Forwarding.Written.X_FORWARDED,
          List.of(),
          false);

  private String logged(Forwarding forwarding, String peer) throws IOException {
    StringBuilder log = new StringBuilder();
    FrontendPolicies policies = FrontendPolicies.builder().forwarding(forwarding).build();
    try (Gateway gateway =
        Gateway.builder()
            .frontendPolicies(policies)
            .accessLog(LogSink.to(log), AccessLog.Format.TEXT)
            .route(
                "r",
                route ->
                    route.backend(
                        HandlerBackend.of(
                            "h", (exchange, request) -> GatewayResponse.text(200, "x"))))
            .build()) {
      InetSocketAddress remote = new InetSocketAddress(InetAddress.getByName(peer), 5000);
      Exchange exchange =
          new Exchange(
              new Connection("c1", 80, remote, remote, false, null, List.of()),
              Scope.root(Timers.system()));
      gateway
          .handler("default")
          .handle(
              exchange, GatewayRequest.get("/").header("x-forwarded-for", "198.51.100.9").build());
    }
    return log.toString();
  }

  @Test
  void addressThatATrustedProxyTellsIsTheSource() throws IOException {
    assertThat(logged(TRUSTING, "10.0.0.1")).contains(" src.addr=198.51.100.9 ");
  }

  @Test
  void wordOfAnybodyElseIsNotTaken() throws IOException {
    assertThat(logged(TRUSTING, "192.0.2.7")).contains(" src.addr=192.0.2.7:5000 ");
  }
}
