package dev.postern.policy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RewriteAndRedirectTest {
  private final Echo echo = new Echo();

  private static UrlRewrite rewrite(
      @Nullable AuthorityRewrite authority, @Nullable PathRewrite path) {
    return new UrlRewrite(authority, path);
  }

  private static RequestRedirect redirect(
      @Nullable String scheme, @Nullable AuthorityRewrite authority, @Nullable PathRewrite path) {
    return new RequestRedirect(scheme, authority, path, RequestRedirect.DEFAULT_STATUS);
  }

  private @Nullable String location(RouteMatch match, String target, RequestRedirect redirect) {
    GatewayResponse response = echo.get(match, target, redirect);
    return response.status() == 302 ? response.header("location") : "" + response.status();
  }

  // pattern, replacement, path, expected
  @ParameterizedTest
  @CsvSource({
    "/, /, /, /",
    "/, /, /a, /a",
    "/, /, /a/x, /a/x",
    "/, /b, /, /b",
    "/, /b, /a, /b/a",
    "/, /b, /a/, /b/a/",
    "/, /b, /a//x, /b/a//x",
    "/, /b/, /, /b/",
    "/, /b/, /a/x, /b/a/x",
    "/, '', /, /",
    "/, '', /a/x, /a/x",
    "/a, /, /a, /",
    "/a, /, /a/, /",
    "/a, /, /a/x, /x",
    "/a, /b, /a, /b",
    "/a, /b, /a/, /b/",
    "/a, /b, /a/x, /b/x",
    "/a, /b, /a//x, /b//x",
    "/a, /b/, /a, /b/",
    "/a, /b/, /a/, /b/",
    "/a, /b/, /a/x, /b/x",
    "/a, '', /a, /",
    "/a, '', /a/, /",
    "/a, '', /a/x, /x",
    "/a/, /, /a, /",
    "/a/, /, /a/, /",
    "/a/, /, /a/x, /x",
    "/a/, /b, /a, /b",
    "/a/, /b, /a/, /b/",
    "/a/, /b, /a/x, /b/x",
    "/a/, /b, /a//x, /b//x",
    "/a/, /b/, /a, /b/",
    "/a/, /b/, /a/x, /b/x",
    "/a/, '', /a, /",
    "/a/, '', /a/x, /x",
    "/foo, /, /foo/bar, /bar",
    "/a/b, /c, /a/b/d, /c/d",
    "/a, /b, /a;v=1/x;y, /b/x;y",
    "/a, /b, /;z/a;v=1, /b",
    "/a, /b c, /a/x, /b%20c/x",
  })
  void aPrefixIsReplacedWithoutDoublingOrDroppingSlashes(
      String pattern, String replacement, String path, String expected) throws IOException {
    RouteMatch match = RouteMatch.pathPrefix(pattern);
    PathRewrite prefix = new PathRewrite.Prefix(replacement);
    String target = "http://h" + path + "?q=1";

    echo.alone(match, target, rewrite(null, prefix));
    GatewayResponse redirect = echo.alone(match, target, redirect(null, null, prefix));

    assertThat(echo.last().target()).isEqualTo(expected + "?q=1");
    assertThat(redirect.header("location")).isEqualTo("http://h" + expected + "?q=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "/a/../b", "/%2e%2e", "/é", "/a#b", "/%zz"})
  void replacementsThatAreNoPathsAreRefused(String path) {
    assertThatThrownBy(() -> new PathRewrite.Prefix(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("prefix: \"" + path + "\": ")
        .hasMessageEndingWith(" (expected: a path that starts with /)");
    assertThatThrownBy(() -> new PathRewrite.Full(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("full: \"" + path + "\": ");
  }

  @Test
  void aPrefixNeedsRoutesThatAreMatchedByPrefixes() {
    PathRewrite prefix = new PathRewrite.Prefix("/b");
    String message =
        "path.prefix: \"/b\" (expected: only on routes whose matches are all by pathPrefix)";

    assertThatThrownBy(() -> echo.behind(RouteMatch.exact("/a"), rewrite(null, prefix)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("routes.r.policies.urlRewrite: " + message);
    assertThatThrownBy(() -> echo.behind(RouteMatch.regex("/a"), redirect(null, null, prefix)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("routes.r.policies.requestRedirect: " + message);
  }

  @Nested
  class Rewrites {
    @Test
    void aFullPathKeepsTheQuery() {
      echo.get(RouteMatch.exact("/a"), "/a?q=1", rewrite(null, new PathRewrite.Full("/new/path")));

      assertThat(echo.last().target()).isEqualTo("/new/path?q=1");
    }

    @Test
    void aPrefixServesTheRouteThroughAGateway() {
      PathRewrite prefix = new PathRewrite.Prefix("/b");

      echo.get(RouteMatch.pathPrefix("/a"), "/a/x?q=1", rewrite(null, prefix));

      assertThat(echo.last().target()).isEqualTo("/b/x?q=1");
    }

    @Test
    void aPathThatLeftThePrefixIsNotRewritten() {
      PathRewrite prefix = new PathRewrite.Prefix("/b");

      assertThatThrownBy(
              () -> echo.alone(RouteMatch.pathPrefix("/a"), "/ab/x", rewrite(null, prefix)))
          .isInstanceOfSatisfying(
              GatewayException.class,
              e -> {
                assertThat(e.status()).isEqualTo(500);
                assertThat(e.message()).isEqualTo("invalid rewrite");
              });
    }

    @Test
    void aFullPathMustNotBringAQuery() {
      assertThatThrownBy(() -> rewrite(null, new PathRewrite.Full("/a?b")))
          .hasMessage("path.full: \"/a?b\" (expected: no query; that of the request is kept)");
    }

    @ParameterizedTest
    @CsvSource({
      "full, h:1, true",
      "host, new.example, true",
      "port, old.example:99, true",
      "none, old.example:81, true",
      "auto, old.example:81, false",
      "absent, old.example:81, false",
    })
    void theAuthorityFollowsTheForm(String form, String expected, boolean kept) {
      AuthorityRewrite authority =
          switch (form) {
            case "full" -> new AuthorityRewrite.Full("H:1");
            case "host" -> new AuthorityRewrite.Host("new.example.");
            case "port" -> new AuthorityRewrite.Port(99);
            case "none" -> new AuthorityRewrite.None();
            case "auto" -> new AuthorityRewrite.Auto();
            default -> null;
          };

      echo.get(RouteMatch.ANY, "http://old.example:81/", rewrite(authority, null));

      assertThat(echo.last().authority()).isEqualTo(expected);
      assertThat(echo.keptAuthority()).isEqualTo(kept);
    }

    @Test
    void authoritiesThatAreNoneAreRefused() {
      assertThatThrownBy(() -> new AuthorityRewrite.Full("a b"))
          .hasMessage("full: \"a b\" (expected: a host name or address)");
      assertThatThrownBy(() -> new AuthorityRewrite.Host("a:1"))
          .hasMessage("host: \"a:1\" (expected: no port)");
      assertThatThrownBy(() -> new AuthorityRewrite.Port(0))
          .hasMessage("port: 0 (expected: 1..65535)");
    }

    @Test
    void aRedirectBesideARewriteIsAnError() {
      assertThatThrownBy(
              () -> echo.behind(RouteMatch.ANY, rewrite(null, null), redirect("https", null, null)))
          .isInstanceOf(InvalidConfigurationException.class)
          .hasMessageContaining("urlRewrite and requestRedirect on one route");
    }

    @Test
    void runsAtRoutesOnly() {
      assertThat(rewrite(null, null).phase(Place.ROUTE)).isEqualTo(Phase.URL_REWRITE);
      assertThatThrownBy(() -> rewrite(null, null).phase(Place.GATEWAY))
          .hasMessage("urlRewrite: cannot run at a gateway (expected: a route)");
      assertThatThrownBy(() -> rewrite(null, null).phase(Place.BACKEND))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Nested
  class Redirects {
    @ParameterizedTest
    @CsvSource({
      "http://h/p?q=1, https://h/p?q=1",
      "http://h:8080/p, https://h/p",
      "https://h:8443/p, https://h:8443/p",
      "https://h:443/p, https://h/p",
    })
    void aChangeOfSchemeDropsThePort(String from, String to) {
      assertThat(location(RouteMatch.ANY, from, redirect("https", null, null))).isEqualTo(to);
    }

    @ParameterizedTest
    @CsvSource({
      "http, 80, http://h/",
      "https, 443, https://h/",
      "http, 8080, http://h:8080/",
      "https, 80, https://h:80/",
    })
    void portsOfTheSchemeAreLeftOut(String scheme, int port, String to) {
      RequestRedirect redirect = redirect(scheme, new AuthorityRewrite.Port(port), null);

      assertThat(location(RouteMatch.ANY, "http://h:9/", redirect)).isEqualTo(to);
    }

    @Test
    void hostAndFullReplaceTheAuthority() {
      AuthorityRewrite host = new AuthorityRewrite.Host("new.example");
      AuthorityRewrite full = new AuthorityRewrite.Full("new.example:81");

      assertThat(location(RouteMatch.ANY, "http://h:8080/p", redirect(null, host, null)))
          .isEqualTo("http://new.example:8080/p");
      assertThat(location(RouteMatch.ANY, "http://h:8080/p", redirect("https", host, null)))
          .isEqualTo("https://new.example/p");
      assertThat(location(RouteMatch.ANY, "http://h:8080/p", redirect(null, full, null)))
          .isEqualTo("http://new.example:81/p");
    }

    @Test
    void aFullPathDropsTheQueryUnlessItHasOne() {
      RequestRedirect plain = redirect(null, null, new PathRewrite.Full("/new"));
      RequestRedirect query = redirect(null, null, new PathRewrite.Full("/new?a=b"));

      assertThat(location(RouteMatch.ANY, "http://h/p?q=1", plain)).isEqualTo("http://h/new");
      assertThat(location(RouteMatch.ANY, "http://h/p?q=1", query)).isEqualTo("http://h/new?a=b");
    }

    @Test
    void withoutAnAuthorityTheLocationIsAPath() {
      assertThat(location(RouteMatch.ANY, "/p", redirect(null, null, new PathRewrite.Full("/new"))))
          .isEqualTo("/new");
    }

    // RD-1
    @Test
    void neverRedirectsToWhatBrowsersTakeForAnotherHost() {
      RequestRedirect redirect = redirect(null, null, new PathRewrite.Prefix("/"));

      for (String target : List.of("/a//evil.example", "http://h/a//evil.example")) {
        assertThatThrownBy(() -> echo.alone(RouteMatch.pathPrefix("/a"), target, redirect))
            .isInstanceOfSatisfying(
                GatewayException.class,
                e -> {
                  assertThat(e.status()).isEqualTo(500);
                  assertThat(e.message()).isEqualTo("invalid redirect");
                });
      }
    }

    @Test
    void theSameRedirectServesTheRouteThroughAGateway() {
      RequestRedirect redirect = redirect("https", null, new PathRewrite.Prefix("/b"));

      assertThat(location(RouteMatch.pathPrefix("/a"), "http://h:81/a/x?q=1", redirect))
          .isEqualTo("https://h/b/x?q=1");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void theStatusCanBeChosen(int status) {
      GatewayResponse response =
          echo.get(RouteMatch.ANY, "http://h/", new RequestRedirect("https", null, null, status));

      assertThat(response.status()).isEqualTo(status);
      assertThat(echo.seen).isEmpty();
    }

    @Test
    void otherValuesAreRefused() {
      assertThatThrownBy(() -> new RequestRedirect("ftp", null, null, 302))
          .hasMessage("scheme: \"ftp\" (expected: one of http, https)");
      assertThatThrownBy(() -> new RequestRedirect(null, null, null, 304))
          .hasMessage("status: 304 (expected: one of 301, 302, 303, 307, 308)");
    }

    @Test
    void runsAtRoutesAndBackendsOnly() {
      assertThat(redirect(null, null, null).phase(Place.ROUTE)).isEqualTo(Phase.REDIRECT);
      assertThat(redirect(null, null, null).phase(Place.BACKEND)).isEqualTo(Phase.BACKEND_REDIRECT);
      assertThatThrownBy(() -> redirect(null, null, null).phase(Place.GATEWAY))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void directResponsesAnswerWithoutABackend() throws IOException {
    try (var gateway = echo.behind(RouteMatch.ANY, new DirectResponse(418, "short and stout"))) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());

      assertThat(response.status()).isEqualTo(418);
      assertThat(response.header("content-type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(new String(response.body().readAll(100), StandardCharsets.UTF_8))
          .isEqualTo("short and stout");
      assertThat(echo.seen).isEmpty();
    }
  }

  @Test
  void directResponsesAreChecked() {
    assertThat(new DirectResponse(204, null).body()).isEmpty();
    assertThatThrownBy(() -> new DirectResponse(199, "x"))
        .hasMessage("status: 199 (expected: 200..599)");
    assertThatThrownBy(() -> new DirectResponse(204, "x"))
        .hasMessage("body: 1 characters (expected: none with status 204)");
    assertThat(new DirectResponse(200, "x").phase(Place.ROUTE)).isEqualTo(Phase.DIRECT_RESPONSE);
    assertThatThrownBy(() -> new DirectResponse(200, "x").phase(Place.BACKEND))
        .hasMessage("directResponse: cannot run at a backend (expected: a route)");
  }
}
