package dev.postern.policy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorsTest {
  private static final String PREFLIGHT_VARY =
      "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

  private final Echo echo = new Echo();

  private static Cors cors(String... origins) {
    return new Cors(
        List.of(origins),
        List.of("GET", "PUT"),
        List.of("X-One", "content-type"),
        List.of("x-shown", "x-other"),
        false,
        Duration.ofMinutes(5));
  }

  private GatewayResponse preflight(Cors cors, String origin, String method, String headers) {
    return echo.send(
        RouteMatch.ANY,
        GatewayRequest.builder("OPTIONS", "/")
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers)
            .build(),
        cors);
  }

  private GatewayResponse simple(Cors cors, String origin) {
    return echo.send(
        RouteMatch.ANY, GatewayRequest.get("/").header("origin", origin).build(), cors);
  }

  // CO-1, CO-3
  @Test
  void preflightsAreAnsweredInPlaceOfTheBackend() {
    GatewayResponse response =
        preflight(cors("https://a.example"), "https://a.example", "PUT", "x-one, Content-Type");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body().length()).isZero();
    assertThat(response.headers())
        .isEqualTo(
            Headers.of(
                "vary", PREFLIGHT_VARY,
                "access-control-allow-origin", "https://a.example",
                "access-control-allow-methods", "GET, PUT",
                "access-control-allow-headers", "X-One, content-type",
                "access-control-max-age", "300"));
    assertThat(echo.seen).isEmpty();
  }

  @Test
  void preflightsAreAnsweredBeforeAuthentication() {
    Refuse refuse = new Refuse();
    GatewayRequest request =
        GatewayRequest.builder("OPTIONS", "/")
            .header("origin", "https://a.example")
            .header("access-control-request-method", "GET")
            .build();

    GatewayResponse response =
        echo.send(RouteMatch.ANY, request, refuse, cors("https://a.example"));

    assertThat(response.status()).isEqualTo(200);
  }

  @Test
  void otherOptionsRequestsReachTheBackend() {
    echo.send(
        RouteMatch.ANY,
        GatewayRequest.builder("OPTIONS", "/").header("origin", "https://a.example").build(),
        cors("https://a.example"));

    assertThat(echo.seen).hasSize(1);
  }

  // CO-2
  @ParameterizedTest
  @CsvSource({
    "https://b.example, GET, ''",
    "https://a.example, POST, ''",
    "https://a.example, get, ''",
    "https://a.example, GET, x-two",
    "https://a.example, GET, 'x-one,x-two'",
  })
  void whatIsNotAllowedGetsNoCorsHeaders(String origin, String method, String headers) {
    GatewayResponse response = preflight(cors("https://a.example"), origin, method, headers);

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers()).isEqualTo(Headers.of("vary", PREFLIGHT_VARY));
  }

  @Test
  void simpleRequestsOfOtherOriginsGoOnWithoutCorsHeaders() {
    GatewayResponse response = simple(cors("https://a.example"), "https://b.example");

    assertThat(echo.seen).hasSize(1);
    assertThat(response.headers()).isEqualTo(Headers.of("vary", "Origin"));
  }

  // CO-3
  @Test
  void simpleRequestsGetTheirOriginBack() {
    GatewayResponse response =
        simple(cors("https://b.example", "https://a.example"), "https://a.example");

    assertThat(response.headers())
        .isEqualTo(
            Headers.of(
                "vary", "Origin",
                "access-control-allow-origin", "https://a.example",
                "access-control-expose-headers", "x-shown, x-other"));
  }

  @Test
  void theAsteriskIsSentOnlyWhenItIsAllThatIsAllowed() {
    assertThat(simple(cors("*"), "https://x").header("access-control-allow-origin")).isEqualTo("*");
    assertThat(
            simple(cors("*", "https://a.example"), "https://x")
                .header("access-control-allow-origin"))
        .isEqualTo("https://x");
  }

  @Test
  void asterisksEchoWhatWasAskedFor() {
    Cors cors = new Cors(List.of("*"), List.of("*"), List.of("*"), List.of("*"), false, null);

    Headers headers = preflight(cors, "https://x", "PATCH", "x-any, y").headers();

    assertThat(headers.get("access-control-allow-methods")).isEqualTo("PATCH");
    assertThat(headers.get("access-control-allow-headers")).isEqualTo("x-any, y");
    assertThat(headers.contains("access-control-max-age")).isFalse();
    assertThat(simple(cors, "https://x").header("access-control-expose-headers")).isEqualTo("*");
  }

  @Test
  void varyIsNotSaidTwice() {
    echo.answering(Headers.of("Vary", "accept, ORIGIN"));

    assertThat(simple(cors("https://a.example"), "https://b.example").headers())
        .isEqualTo(Headers.of("Vary", "accept, ORIGIN"));
  }

  // CO-4
  @Test
  void credentialsAndAsterisksExcludeEachOther() {
    List<String> any = List.of("*");
    List<String> none = List.of();
    String tail = ": \"*\" (expected: names, because allowCredentials is true)";

    assertThatThrownBy(() -> new Cors(any, none, none, none, true, null))
        .hasMessage("allowOrigins" + tail);
    assertThatThrownBy(() -> new Cors(none, any, none, none, true, null))
        .hasMessage("allowMethods" + tail);
    assertThatThrownBy(() -> new Cors(none, none, any, none, true, null))
        .hasMessage("allowHeaders" + tail);
    assertThatThrownBy(() -> new Cors(none, none, none, any, true, null))
        .hasMessage("exposeHeaders" + tail);
  }

  @Test
  void credentialsAreAllowedForNamedOrigins() {
    Cors cors = new Cors(List.of("https://*.example.com"), null, null, null, true, null);

    assertThat(simple(cors, "https://a.example.com").headers())
        .isEqualTo(
            Headers.of(
                "vary", "Origin",
                "access-control-allow-origin", "https://a.example.com",
                "access-control-allow-credentials", "true"));
    assertThat(simple(cors, "null").headers()).isEqualTo(Headers.of("vary", "Origin"));
  }

  // CO-5
  @Test
  void corsHeadersOfTheUpstreamAreReplaced() {
    echo.answering(
        Headers.of(
            "Access-Control-Allow-Origin", "*",
            "access-control-allow-credentials", "true",
            "x", "1"));

    assertThat(simple(cors("https://a.example"), "https://a.example").headers())
        .isEqualTo(
            Headers.of(
                "x", "1",
                "vary", "Origin",
                "access-control-allow-origin", "https://a.example",
                "access-control-expose-headers", "x-shown, x-other"));
    assertThat(echo.get(RouteMatch.ANY, "/", cors("https://a.example")).headers())
        .isEqualTo(Headers.of("x", "1", "vary", "Origin"));
  }

  @Test
  void refusalsCarryCorsHeadersToo() {
    GatewayResponse response =
        echo.send(
            RouteMatch.ANY,
            GatewayRequest.get("/").header("origin", "https://a.example").build(),
            new Refuse(),
            cors("https://a.example"));

    assertThat(response.status()).isEqualTo(401);
    assertThat(response.header("access-control-allow-origin")).isEqualTo("https://a.example");
  }

  // CO-6
  @ParameterizedTest
  @CsvSource({
    "https://*.example.com, https://a.example.com, true",
    "https://*.example.com, https://a.b.example.com, true",
    "https://*.example.com, HTTPS://A.Example.com, true",
    "https://*.example.com, https://example.com, false",
    "https://*.example.com, https://.example.com, false",
    "https://*.example.com, https://a..example.com, false",
    "https://*.example.com, https://xexample.com, false",
    "https://*.example.com, https://example.com.evil.org, false",
    "https://*.example.com, http://a.example.com, false",
    "https://*.example.com, https://a.example.com:8443, false",
    "https://*.example.com, https://evil.org/.example.com, false",
    "https://*.example.com, https://evil.org?.example.com, false",
    "https://*.example.com, https://u@a.example.com, false",
    "https://*.example.com, null, false",
    "https://*.example.com:8443, https://a.example.com:8443, true",
    "https://*.example.com:8443, https://a.example.com, false",
    "https://a.example, https://A.example, true",
    "https://a.example, https://a.example.evil, false",
    "http://localhost:3000, http://localhost:3000, true",
    "http://localhost:3000, http://localhost:3001, false",
    "'null', null, true",
    "*, null, true",
    "chrome-extension://abcdefgh, chrome-extension://abcdefgh, true",
  })
  void originsMatchAsAWhole(String pattern, String origin, boolean matches) {
    assertThat(OriginPattern.parse("o", pattern).matches(origin)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "https://",
        "https://a/",
        "https://a/b",
        "https://*",
        "https://a.*.b",
        "https://*a.b",
        "https://u@a",
        "://a",
        "https://a:99999",
        "https://**.a",
        "https://a "
      })
  void whatIsNoOriginIsRefused(String origin) {
    assertThatThrownBy(() -> cors("https://fine.example", origin))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("allowOrigins[1]: \"" + origin + "\" (expected: ");
  }

  @Test
  void otherValuesAreChecked() {
    assertThatThrownBy(() -> new Cors(null, List.of("A B"), null, null, false, null))
        .hasMessage("allowMethods[0]: \"A B\" (expected: a name or *)");
    assertThatThrownBy(() -> new Cors(null, null, null, null, false, Duration.ofSeconds(-1)))
        .hasMessage("maxAge: PT-1S (expected: zero or more)");
  }

  @Test
  void runsAtGatewaysAndRoutesFirst() {
    assertThat(cors("*").phase(Place.GATEWAY)).isEqualTo(Phase.CORS);
    assertThat(cors("*").phase(Place.ROUTE)).isEqualTo(Phase.CORS);
    assertThatThrownBy(() -> cors("*").phase(Place.BACKEND))
        .hasMessage("cors: cannot run at a backend (expected: a gateway or a route)");
  }

  private record Refuse() implements InterceptingPolicy {
    @Override
    public String kind() {
      return "refuse";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.API_KEY;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      return (exchange, request, next) -> {
        throw Reason.API_KEY_AUTH.exception("no");
      };
    }
  }
}
