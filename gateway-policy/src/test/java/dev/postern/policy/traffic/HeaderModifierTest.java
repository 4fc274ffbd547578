package dev.postern.policy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderModifierTest {
  private final Echo echo = new Echo();

  private static Map<String, String> map(String... namesAndValues) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  @Test
  void requestsGetAddedThenSetThenRemovedLines() {
    GatewayRequest request =
        GatewayRequest.get("/")
            .headers(Headers.of("a", "1", "b", "1", "B", "2", "gone", "1", "both", "1"))
            .build();

    echo.send(
        RouteMatch.ANY,
        request,
        new RequestHeaderModifier(
            map("A", "2", "x", "1", "Both", "2", "brief", "1"),
            map("b", "3", "x", "2", "new", "1"),
            List.of("GONE", "brief")));

    assertThat(echo.last().headers())
        .isEqualTo(
            Headers.of(
                "a", "1", "b", "3", "both", "1", "A", "2", "x", "2", "Both", "2", "new", "1"));
  }

  @Test
  void responsesGetAddedThenSetThenRemovedLines() {
    echo.answering(Headers.of("set-cookie", "a", "server", "x", "gone", "1"));

    GatewayResponse response =
        echo.get(
            RouteMatch.ANY,
            "/",
            new ResponseHeaderModifier(
                map("set-cookie", "b"), map("Server", "y"), List.of("gone")));

    assertThat(response.headers())
        .isEqualTo(Headers.of("set-cookie", "a", "server", "y", "set-cookie", "b"));
  }

  @Test
  void responsesOfTheGatewayItselfAreChangedToo() {
    GatewayResponse response =
        echo.get(
            RouteMatch.ANY,
            "/",
            new ResponseHeaderModifier(Map.of(), Map.of("x", "1"), List.of()),
            new DirectResponse(418, "short and stout"));

    assertThat(response.status()).isEqualTo(418);
    assertThat(response.header("x")).isEqualTo("1");
    assertThat(echo.seen).isEmpty();
  }

  @Test
  void settingTheHostChangesTheAuthorityThatGoesUpstream() {
    echo.get(
        RouteMatch.ANY,
        "http://a.example/",
        new RequestHeaderModifier(Map.of(), Map.of("Host", "B.example:81", "x", "1"), List.of()));

    assertThat(echo.last().authority()).isEqualTo("b.example:81");
    assertThat(echo.last().headers()).isEqualTo(Headers.of("x", "1"));
    assertThat(echo.keptAuthority()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length", "transfer-encoding", "CONNECTION"})
  void framingHeadersAreRefused(String name) {
    String tail = ": \"" + name + "\" (expected: no header that frames messages)";

    assertThatThrownBy(() -> new RequestHeaderModifier(Map.of(name, "1"), null, null))
        .hasMessage("add" + tail);
    assertThatThrownBy(() -> new RequestHeaderModifier(null, Map.of(name, "1"), null))
        .hasMessage("set" + tail);
    assertThatThrownBy(() -> new ResponseHeaderModifier(null, null, List.of(name)))
        .hasMessage("remove" + tail);
  }

  @Test
  void whatIsNoHeaderIsRefused() {
    assertThatThrownBy(() -> new RequestHeaderModifier(Map.of("a b", "1"), null, null))
        .hasMessage("add: \"a b\" (expected: the name of a header)");
    assertThatThrownBy(() -> new ResponseHeaderModifier(null, Map.of("a", "1\r\nb: 2"), null))
        .hasMessage("set.a: value with control characters (expected: none)");
    assertThatThrownBy(() -> new RequestHeaderModifier(null, Map.of("host", "a b"), null))
        .hasMessage("set.host: \"a b\" (expected: a host and an optional port)");
    assertThatThrownBy(() -> new RequestHeaderModifier(Map.of("Host", "a"), null, null))
        .hasMessage("add: \"Host\" (expected: the host only in set)");
    assertThatThrownBy(() -> new RequestHeaderModifier(null, null, List.of("host")))
        .hasMessage("remove: \"host\" (expected: the host only in set)");
  }

  @Test
  void runsAtRoutesAndBackendsOnly() {
    RequestHeaderModifier request = new RequestHeaderModifier(null, null, null);
    ResponseHeaderModifier response = new ResponseHeaderModifier(null, null, null);

    assertThat(request.phase(Place.ROUTE)).isEqualTo(Phase.HEADER_MODIFIER);
    assertThat(request.phase(Place.BACKEND)).isEqualTo(Phase.BACKEND_HEADER_MODIFIER);
    assertThat(response.phase(Place.ROUTE)).isEqualTo(Phase.HEADER_MODIFIER);
    assertThat(response.phase(Place.BACKEND)).isEqualTo(Phase.BACKEND_HEADER_MODIFIER);
    assertThatThrownBy(() -> request.phase(Place.GATEWAY))
        .hasMessage(
            "requestHeaderModifier: cannot run at a gateway (expected: a route or a backend)");
    assertThatThrownBy(() -> response.phase(Place.GATEWAY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
