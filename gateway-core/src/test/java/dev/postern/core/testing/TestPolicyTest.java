package dev.postern.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Phase;
import org.junit.jupiter.api.Test;

class TestPolicyTest {
  private final TestPolicy readOnly =
      TestPolicy.of(
          "readOnly",
          Phase.AUTHORIZATION,
          (exchange, request, next) -> {
            if (!request.method().equals("GET")) {
              throw Reason.AUTHORIZATION.exception("read only");
            }
            return next.proceed(exchange, request).withHeader("x-seen", "readOnly");
          });

  @Test
  void aLambdaRefusesAndChangesTheAnswer() throws Exception {
    try (Gateway gateway =
        Gateway.builder()
            .route(
                "r",
                route ->
                    route
                        .policy(readOnly)
                        .backend(
                            HandlerBackend.of(
                                "ok", (exchange, request) -> GatewayResponse.text(200, "ok"))))
            .build()) {
      try (GatewayResponse read = gateway.handle(GatewayRequest.get("/").build())) {
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.header("x-seen")).isEqualTo("readOnly");
      }
      try (GatewayResponse write = gateway.handle(GatewayRequest.builder("PUT", "/").build())) {
        assertThat(write.status()).isEqualTo(403);
      }
    }
  }
}
