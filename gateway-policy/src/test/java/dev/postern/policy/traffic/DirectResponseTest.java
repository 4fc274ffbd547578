package dev.postern.policy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Gateway;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.RouteMatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Answers that expressions compute. */
class DirectResponseTest {
  private final Echo echo = new Echo();

  @Test
  void sendsATextAsItIs() throws IOException {
    assertThat(answer(DirectResponse.computed(200, "'you asked for ' + request.path")))
        .isEqualTo("you asked for /a");
  }

  @Test
  void sendsEverythingElseAsJson() throws IOException {
    assertThat(answer(DirectResponse.computed(200, "{'n': [1, 2.5, null]}")))
        .isEqualTo("{\"n\":[1,2.5,null]}");
  }

  @Test
  void readsTheBodyOfTheRequest() throws IOException {
    assertThat(answer(DirectResponse.computed(200, "request.json.name"))).isEqualTo("x");
  }

  @Test
  void anErrorInTheContentIs500() {
    try (Gateway gateway = gateway(DirectResponse.computed(200, "jwt.sub"))) {
      assertThat(gateway.handle(request()).status()).isEqualTo(500);
    }
  }

  @Test
  void leavesHeadersOutThatFail() {
    DirectResponse policy =
        new DirectResponse(
            200,
            "{}",
            null,
            Map.of(
                "content-type", ExpressionText.parse("'application/json'"),
                "x-path", ExpressionText.parse("request.path"),
                "x-sub", ExpressionText.parse("jwt.sub"),
                "x-split", ExpressionText.parse("'a\\r\\nb'")));
    try (Gateway gateway = gateway(policy)) {
      GatewayResponse response = gateway.handle(request());
      assertThat(response.header("content-type")).isEqualTo("application/json");
      assertThat(response.header("x-path")).isEqualTo("/a");
      assertThat(response.header("x-sub")).isNull();
      assertThat(response.header("x-split")).isNull();
    }
  }

  @Test
  void refusesBothKindsOfContent() {
    assertThatThrownBy(() -> new DirectResponse(200, "x", ExpressionText.parse("'y'"), Map.of()))
        .hasMessage("body, bodyExpression: set together (expected: at most one)");
  }

  @Test
  void aMisspeltNameIsRefusedWhenLoaded() {
    assertThatThrownBy(() -> gateway(DirectResponse.computed(200, "reqest.path")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("directResponse.bodyExpression: unknown name reqest");
  }

  private String answer(DirectResponse policy) throws IOException {
    try (Gateway gateway = gateway(policy)) {
      GatewayResponse response = gateway.handle(request());
      assertThat(response.status()).isEqualTo(200);
      return new String(response.body().readAll(1000), StandardCharsets.UTF_8);
    }
  }

  private Gateway gateway(DirectResponse policy) {
    return echo.behind(RouteMatch.ANY, policy);
  }

  private static GatewayRequest request() {
    return GatewayRequest.post("/a", Body.of(Body.of("{\"name\":\"x\"}").open())).build();
  }
}
