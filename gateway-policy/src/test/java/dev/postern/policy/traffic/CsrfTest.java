package dev.postern.policy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.config.Configs;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.RouteMatch;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsrfTest {
  private final Echo echo = new Echo();

  @ParameterizedTest
  @CsvSource({
    "POST, same-origin, , 200",
    "POST, none, https://evil.example, 200",
    "POST, cross-site, , 403",
    "POST, same-site, , 403",
    "POST, nonsense, , 403",
    "POST, cross-site, http://own.example, 200",
    "POST, cross-site, https://listed.example, 200",
    "POST, cross-site, https://a.b.below.example, 200",
    "POST, cross-site, https://below.example, 403",
    "POST, cross-site, https://xbelow.example, 403",
    "POST, cross-site, https://evil.example, 403",
    "POST, , http://own.example, 200",
    "POST, , http://own.example:80, 200",
    "POST, , HTTP://OWN.EXAMPLE, 200",
    "POST, , https://own.example, 403",
    "POST, , http://own.example:8080, 403",
    "POST, , http://own.example.evil.example, 403",
    "POST, , http://own.example@evil.example, 403",
    "POST, , http://, 403",
    "POST, , own.example, 403",
    "POST, , '', 403",
    "POST, , , 200",
    "POST, , null, 403",
    "DELETE, cross-site, , 403",
    "PATCH, , https://evil.example, 403",
    "GET, cross-site, https://evil.example, 200",
    "HEAD, cross-site, https://evil.example, 200",
    "OPTIONS, cross-site, https://evil.example, 200",
  })
  @DisplayName("16.2")
  void requestsOfOtherOriginsAreRefused(
      String method, @Nullable String site, @Nullable String origin, int status)
      throws IOException {
    GatewayResponse response =
        echo.send(
            RouteMatch.ANY,
            request(method, site, origin),
            Csrf.allowing("https://listed.example", "https://*.below.example"));
    assertThat(response.status()).isEqualTo(status);
    if (status == 403) {
      assertThat(new String(response.body().readAll(100))).isEqualTo("CSRF validation failed");
      assertThat(echo.seen).isEmpty();
    }
  }

  private static GatewayRequest request(
      String method, @Nullable String site, @Nullable String origin) {
    GatewayRequest.Builder request = GatewayRequest.builder(method, "/").authority("own.example");
    if (site != null) {
      request.header("sec-fetch-site", site);
    }
    if (origin != null) {
      request.header("origin", origin);
    }
    return request.build();
  }

  @Test
  void pagesOfNoOriginMayPassIfAsked() {
    Csrf csrf = new Csrf(List.of(), true);
    assertThat(echo.send(RouteMatch.ANY, request("POST", null, "null"), csrf).status())
        .isEqualTo(200);
  }

  @Test
  void aSecondOriginIsNoBrowsers() {
    GatewayRequest request = request("POST", null, "http://own.example");
    GatewayRequest twice =
        request.withHeaders(
            request.headers().toBuilder().add("origin", "https://evil.example").build());
    assertThat(echo.send(RouteMatch.ANY, twice, Csrf.allowing()).status()).isEqualTo(400);
    assertThat(echo.seen).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "null", "listed.example", "https://*", "https://a/b", ""})
  void originsThatProtectFromNothingAreRefused(String origin) {
    assertThatThrownBy(() -> Csrf.allowing(origin)).hasMessageStartingWith("additionalOrigins[0]");
  }

  @Test
  void yamlAndJavaAgree() {
    assertThat(
            Configs.fromYaml(
                    """
                    gateways:
                      default: {port: 8080}
                    routes:
                    - policies:
                        csrf: {additionalOrigins: ["https://a.example"], allowNull: true}
                      backends: [{host: "localhost:1"}]
                    """)
                .routes()
                .getFirst()
                .policies()
                .find(Csrf.class))
        .isEqualTo(new Csrf(List.of("https://a.example"), true));
  }
}
