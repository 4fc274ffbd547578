package dev.postern.examples.policytest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.config.Configs;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Phase;
import dev.postern.core.testing.FreePorts;
import dev.postern.core.testing.TestPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The policy of the application's own: alone, and on the gateway it is made for. */
class ChangeFreezeTest {
  private static final Instant FROM = Instant.parse("2030-12-20T00:00:00Z");
  private static final Instant UNTIL = Instant.parse("2031-01-02T00:00:00Z");
  private static final ChangeFreeze FREEZE = new ChangeFreeze(FROM, UNTIL);

  /** In front of a Java function, with a lambda for what knows who is on call. */
  @Nested
  class Alone {
    private Gateway gateway(Instant now, boolean onCall) {
      return Gateway.builder()
          .clock(InstantSource.fixed(now))
          .route(
              "r",
              route ->
                  route
                      .policy(
                          TestPolicy.of(
                              "duty",
                              Phase.JWT_AUTH,
                              (exchange, request, next) -> {
                                exchange.set(ChangeFreeze.ON_CALL, onCall);
                                return next.proceed(exchange, request);
                              }))
                      .policy(FREEZE)
                      .backend(
                          HandlerBackend.of(
                              "ok", (exchange, request) -> GatewayResponse.text(200, "ok"))))
          .build();
    }

    private int status(Instant now, String method, boolean onCall) {
      try (Gateway gateway = gateway(now, onCall);
          GatewayResponse response = gateway.handle(GatewayRequest.builder(method, "/").build())) {
        return response.status();
      }
    }

    @Test
    void refusesChangesFromItsFirstInstantToItsLast() {
      assertThat(status(FROM.minusMillis(1), "PUT", false)).isEqualTo(200);
      assertThat(status(FROM, "PUT", false)).isEqualTo(503);
      assertThat(status(UNTIL.minusMillis(1), "PUT", false)).isEqualTo(503);
      assertThat(status(UNTIL, "PUT", false)).isEqualTo(200);
    }

    @Test
    void letsReadersAndWhoeverIsOnCallPass() {
      assertThat(status(FROM, "GET", false)).isEqualTo(200);
      assertThat(status(FROM, "PUT", true)).isEqualTo(200);
    }

    @Test
    void saysWhenToTryAgain() {
      try (Gateway gateway = gateway(UNTIL.minusSeconds(90), false);
          GatewayResponse response = gateway.handle(GatewayRequest.builder("PUT", "/").build())) {
        assertThat(response.header("retry-after")).isEqualTo("90");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"java, listener", "java, in-process", "yaml, listener", "yaml, in-process"})
  void holdsForAllRequestsBeforeAnybodyIsAskedWhoTheyAre(String form, String door)
      throws Exception {
    GatewayConfig config =
        form.equals("java")
            ? Main.config(4000, "127.0.0.1:9001", Path.of("jwks.json"))
            : Configs.load(Path.of("gateway.yaml")).config();
    Gateway gateway =
        Main.gateway(FreePorts.of(config), FREEZE).clock(InstantSource.fixed(FROM)).build().start();
    try {
      assertThat(status(gateway, door, "DELETE")).isEqualTo(503);
      assertThat(status(gateway, door, "GET")).isEqualTo(401);
    } finally {
      gateway.close(Duration.ZERO);
    }
  }

  private static int status(Gateway gateway, String door, String method)
      throws IOException, InterruptedException {
    if (door.equals("in-process")) {
      try (GatewayResponse response =
          gateway.handle(GatewayRequest.builder(method, "/invoices/acme/1").build())) {
        return response.status();
      }
    }
    URI uri = URI.create("http://127.0.0.1:" + gateway.port() + "/invoices/acme/1");
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
