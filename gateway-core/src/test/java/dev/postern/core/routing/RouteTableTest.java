package dev.postern.core.routing;

import static dev.postern.core.routing.RouteMatch.exact;
import static dev.postern.core.routing.RouteMatch.pathPrefix;
import static dev.postern.core.routing.RouteMatch.regex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.routing.RouteTable.QueryDuplicates;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {
  /** Returns a table whose values are the names of the routes. */
  static RouteTable<String> table(Route... routes) {
    RouteTable.Builder<String> builder = RouteTable.builder();
    for (int i = 0; i < routes.length; i++) {
      builder.add(routes[i], routes[i].name(i));
    }
    return builder.build();
  }

  static Route route(String name, RouteMatch... matches) {
    return Route.builder(name).matches(matches).build();
  }

  static Route host(String name, String hostname, RouteMatch... matches) {
    return Route.builder(name).hostnames(hostname).matches(matches).build();
  }

  static @Nullable String find(RouteTable<String> table, GatewayRequest request) {
    RouteTable.Match<String> match = table.find(request);
    return match == null ? null : match.value();
  }

  static @Nullable String get(RouteTable<String> table, String target) {
    return find(table, GatewayRequest.get(target).build());
  }

  @Nested
  class Paths {
    @ParameterizedTest
    @CsvSource({
      "/foo, /foo, true",
      "/foo, /foo/, true",
      "/foo, /foo/x, true",
      "/foo, /foo/x/y, true",
      "/foo, /foobar, false",
      "/foo, /fo, false",
      "/foo, /, false",
      "/foo, /Foo, false",
      "/foo/, /foo, true",
      "/foo/, /foo/, true",
      "/foo/, /foo/x, true",
      "/foo/, /foobar, false",
      "/, /, true",
      "/, /anything/at/all, true",
      "/a/b, /a/b/c, true",
      "/a/b, /a, false",
      "/a//b, /a//b/c, true",
      "/a//b, /a/b, false",
    })
    void prefixesMatchWholeSegments(String prefix, String path, boolean matches) {
      assertThat(get(table(route("r", pathPrefix(prefix))), path) != null).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({"/foo, true", "/foo/, false", "/FOO, false", "/foo/x, false", "/fo, false"})
    void exactPathsMatchToTheByte(String path, boolean matches) {
      assertThat(get(table(route("r", exact("/foo"))), path) != null).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
      "/v[0-9]+/x, /v1/x, true",
      "/v[0-9]+/x, /v1/x/y, false",
      "/v[0-9]+/x, /a/v1/x, false",
      "/a|/b, /b, true",
      "/a|/b, /b/x, false",
    })
    void expressionsMatchTheWholePath(String regex, String path, boolean matches) {
      assertThat(get(table(route("r", regex(regex))), path) != null).isEqualTo(matches);
    }

    @Test
    void routesWithoutMatchesTakeEverything() {
      assertThat(get(table(route("r")), "/any?thing=1")).isEqualTo("r");
    }

    @Test
    void connectRequestsCountAsRoot() {
      GatewayRequest connect = GatewayRequest.builder("CONNECT", "").authority("a:443").build();

      assertThat(find(table(route("r", exact("/"))), connect)).isEqualTo("r");
    }

    @Test
    void asteriskMatchesNoPath() {
      assertThat(find(table(route("r")), GatewayRequest.builder("OPTIONS", "*").build())).isNull();
    }

    @ParameterizedTest
    @CsvSource({
      "/admin;x, admin",
      "/admin;x/y, admin",
      "/;x/admin, admin",
      "/;x/admin;y=1;z/deep, admin",
      "/public;/admin, public",
      "/publicadmin;/admin, all",
      "/;, all",
      "/;/, all",
    })
    void segmentParametersAreInvisible(String path, String expected) {
      RouteTable<String> table =
          table(
              route("admin", pathPrefix("/admin")),
              route("public", pathPrefix("/public")),
              route("all"));

      assertThat(get(table, path)).isEqualTo(expected);
    }

    @Test
    void theMatchThatWonIsReported() {
      Route route = route("r", exact("/x"), pathPrefix("/a").method("POST"), pathPrefix("/a"));

      RouteTable.Match<String> match = table(route).find(GatewayRequest.get("/a/b").build());

      assertThat(match).isEqualTo(new RouteTable.Match<>("r", route, route.matches().get(2)));
    }
  }

  @Nested
  class Precedence {
    @ParameterizedTest
    @CsvSource({
      "/a, exact",
      "/a/b, prefix",
      "/a/b/c/d, longer",
      "/v1, regex",
      "/v2, nothing",
    })
    void exactBeatsPrefixBeatsRegex(String path, String expected) {
      RouteTable<String> table =
          table(
              route("regex", regex("/(a|v1).*")),
              route("prefix", pathPrefix("/a")),
              route("longer", pathPrefix("/a/b/c")),
              route("exact", exact("/a")));

      assertThat(String.valueOf(get(table, path)).replace("null", "nothing")).isEqualTo(expected);
    }

    @Test
    void fallsThroughToShorterPrefixesAndThenToExpressions() {
      RouteTable<String> table =
          table(
              route("exact", exact("/a/b").method("PUT")),
              route("long", pathPrefix("/a/b").method("POST")),
              route("short", pathPrefix("/a").method("PATCH")),
              route("regex", regex("/a/.").method("GET")));

      assertThat(get(table, "/a/b")).isEqualTo("regex");
      assertThat(find(table, GatewayRequest.builder("PATCH", "/a/b").build())).isEqualTo("short");
      assertThat(find(table, GatewayRequest.builder("DELETE", "/a/b").build())).isNull();
    }

    @Test
    void longerExpressionsComeFirst() {
      RouteTable<String> table =
          table(route("a", regex("/a.*")), route("b", regex("/a/longer.*|/a/x")));

      assertThat(get(table, "/a/x")).isEqualTo("b");
    }

    @Test
    void methodBeatsAnyNumberOfHeaders() {
      RouteTable<String> table =
          table(
              route("headers", pathPrefix("/").header("a", "1").header("b", "2")),
              route("method", pathPrefix("/").method("GET")));

      assertThat(find(table, GatewayRequest.get("/").header("a", "1").header("b", "2").build()))
          .isEqualTo("method");
    }

    @Test
    void moreHeadersBeatMoreQueryConditions() {
      RouteTable<String> table =
          table(
              route("query", pathPrefix("/").query("a", "1").query("b", "2")),
              route("header", pathPrefix("/").header("h", "1")),
              route("headers", pathPrefix("/").header("h", "1").header("i", "2")));
      GatewayRequest.Builder request = GatewayRequest.get("/?a=1&b=2").header("h", "1");

      assertThat(find(table, request.build())).isEqualTo("header");
      assertThat(find(table, request.header("i", "2").build())).isEqualTo("headers");
    }

    @Test
    void moreQueryConditionsBeatFewer() {
      RouteTable<String> table =
          table(
              route("a", pathPrefix("/").query("a", "1")),
              route("b", pathPrefix("/").query("a", "1").query("b", "2")));

      assertThat(get(table, "/?a=1&b=2")).isEqualTo("b");
    }

    @Test
    void namespaceAndNameDecideBeforeTheFileDoes() {
      Route late = Route.builder("a").namespace("y").build();
      Route early = Route.builder("b").namespace("x").build();

      assertThat(get(table(late, early), "/")).isEqualTo("b");
      assertThat(get(table(route("b"), route("a")), "/")).isEqualTo("a");
    }

    @Test
    void routesWithoutNamesKeepTheOrderOfTheFile() {
      Route[] routes = new Route[12];
      for (int i = 0; i < routes.length; i++) {
        routes[i] = Route.builder().matches(pathPrefix(i < 2 ? "/never" : "/")).build();
      }

      assertThat(get(table(routes), "/")).isEqualTo("route2");
    }

    @Test
    void everyMatchOfARouteCompetesAlone() {
      RouteTable<String> table =
          table(route("two", pathPrefix("/"), exact("/a/b")), route("one", pathPrefix("/a")));

      assertThat(get(table, "/a/b")).isEqualTo("two");
      assertThat(get(table, "/a/c")).isEqualTo("one");
      assertThat(get(table, "/x")).isEqualTo("two");
    }
  }

  @Nested
  class Hosts {
    private final RouteTable<String> table =
        table(
            host("exact", "api.example.com", pathPrefix("/a")),
            host("long", "*.api.example.com"),
            host("wild", "*.example.com", pathPrefix("/a"), pathPrefix("/b")),
            host("ip", "[::1]"),
            route("any"));

    @ParameterizedTest
    @CsvSource({
      "api.example.com, /a, exact",
      "API.example.com.:8443, /a, exact",
      "api.example.com, /b, wild",
      "api.example.com, /c, any",
      "x.api.example.com, /a, long",
      "x.y.example.com, /a, wild",
      "x.y.example.com, /c, any",
      "example.com, /a, any",
      "[0::1]:80, /a, ip",
      "'', /a, any",
      "not a host, /a, any",
    })
    void theMostSpecificHostnameThatHasAFittingRouteWins(
        String authority, String path, String expected) {
      GatewayRequest request = GatewayRequest.get(path).authority(authority).build();

      assertThat(find(table, request)).isEqualTo(expected);
    }

    @Test
    void aRouteMayHaveSeveralHostnames() {
      RouteTable<String> two =
          table(Route.builder("r").hostnames("a.example", "A.example.", "*.b.example").build());

      assertThat(get(two, "http://a.example/")).isEqualTo("r");
      assertThat(get(two, "http://x.b.example/")).isEqualTo("r");
      assertThat(get(two, "http://b.example/")).isNull();
    }
  }

  @Nested
  class HeaderConditions {
    @Test
    void namesAreCaseInsensitiveAndValuesAreNot() {
      RouteTable<String> table = table(route("r", pathPrefix("/").header("X-Env", "canary")));

      assertThat(find(table, GatewayRequest.get("/").header("x-env", "canary").build()))
          .isEqualTo("r");
      assertThat(find(table, GatewayRequest.get("/").header("x-env", "Canary").build())).isNull();
      assertThat(get(table, "/")).isNull();
    }

    @Test
    void anyLineMayMatchButLinesAreNotSplit() {
      RouteTable<String> table = table(route("r", pathPrefix("/").header("x", "b")));
      GatewayRequest lines =
          GatewayRequest.get("/")
              .headers(dev.postern.core.http.Headers.of("x", "a", "X", "b"))
              .build();

      assertThat(find(table, lines)).isEqualTo("r");
      assertThat(find(table, GatewayRequest.get("/").header("x", "a, b").build())).isNull();
    }

    @Test
    void expressionsMatchTheWholeValue() {
      RouteTable<String> table =
          table(route("r", pathPrefix("/").header("x", new RouteMatch.Value.Regex("a+"))));

      assertThat(find(table, GatewayRequest.get("/").header("x", "aaa").build())).isEqualTo("r");
      assertThat(find(table, GatewayRequest.get("/").header("x", "aab").build())).isNull();
    }

    @ParameterizedTest
    @CsvSource({
      ":method, GET",
      ":path, /p?q=1",
      ":authority, a.example:81",
      ":scheme, https",
      "host, a.example:81",
    })
    void pseudoHeadersAreTheRequestLine(String name, String value) {
      GatewayRequest request = GatewayRequest.get("https://a.example:81/p?q=1").build();

      assertThat(find(table(route("r", pathPrefix("/").header(name, value))), request))
          .isEqualTo("r");
      assertThat(find(table(route("r", pathPrefix("/").header(name, value + "x"))), request))
          .isNull();
    }
  }

  @Nested
  class QueryConditions {
    private final Route route = route("r", pathPrefix("/").query("model", "a b"));

    @ParameterizedTest
    @ValueSource(
        strings = {
          "model=a+b",
          "model=a%20b",
          "x=1&model=a+b&y=2",
          "%6Dodel=a+b",
          "model=a+b&model=a%20b"
        })
    void comparesWhatWasDecoded(String query) {
      assertThat(get(table(route), "/?" + query)).isEqualTo("r");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", "model", "model=", "model=a%2Bb", "Model=a+b", "model=a+bc", "model=a;b"})
    void refusesOtherValues(String query) {
      assertThat(get(table(route), "/?" + query)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
      "STRICT, model=a+b&model=c, false",
      "STRICT, model=c&model=a+b, false",
      "FIRST, model=a+b&model=c, true",
      "FIRST, model=c&model=a+b, false",
      "LAST, model=a+b&model=c, false",
      "LAST, model=c&model=a+b, true",
    })
    void duplicatesFollowTheOption(QueryDuplicates option, String query, boolean matches) {
      RouteTable<String> table =
          RouteTable.<String>builder().queryDuplicates(option).add(route, "r").build();

      assertThat(get(table, "/?" + query) != null).isEqualTo(matches);
    }

    @Test
    void aParameterWithoutValueIsEmpty() {
      assertThat(get(table(route("r", pathPrefix("/").query("stream", ""))), "/?stream"))
          .isEqualTo("r");
    }
  }

  @Nested
  class Warnings {
    @ParameterizedTest
    @CsvSource(
        delimiter = ' ',
        value = {
          "/ /v[0-9]+ true",
          "/api /api/v[0-9]+ true",
          "/api /api true",
          "/api ^/api/x$ true",
          "/api /api.* false",
          "/api /ap(i|x)/y false",
          "/api /api/x|/b false",
          "/api /other/.* false",
          "/api/x /api/x?/y false",
          "/api/v1 /api/.* false",
        })
    void expressionsThatAPrefixCoversAreReported(String prefix, String regex, boolean warns) {
      List<String> warnings =
          table(route("p", pathPrefix(prefix)), route("r", regex(regex))).warnings();

      assertThat(warnings).hasSize(warns ? 1 : 0);
    }

    @Test
    void theMessageNamesBothRoutes() {
      assertThat(table(route("p"), route("r", exact("/x"), regex("/y.*"))).warnings())
          .containsExactly(
              "route r: matches[1].path.regex is never reached: pathPrefix \"/\" of route p takes"
                  + " every path it matches, and a prefix always wins");
    }

    @Test
    void conditionsOfThePrefixLeaveRoomForTheExpression() {
      assertThat(
              table(route("p", pathPrefix("/").method("GET")), route("r", regex("/y.*")))
                  .warnings())
          .isEmpty();
      assertThat(
              table(
                      route("p", pathPrefix("/").header("a", "1")),
                      route("r", regex("/y.*").header("a", "1").header("b", "2").method("GET")))
                  .warnings())
          .hasSize(1);
    }

    @Test
    void otherHostnamesDoNotMatter() {
      assertThat(table(route("p"), host("r", "a.example", regex("/y.*"))).warnings()).isEmpty();
    }
  }
}
