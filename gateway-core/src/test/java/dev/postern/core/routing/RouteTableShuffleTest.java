package dev.postern.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.GatewayRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RT-1: the order of the file decides only between entries that nothing else tells apart. */
class RouteTableShuffleTest {
  private static final List<String> HOSTS =
      List.of("*", "*.example", "a.example", "*.a.example", "b.a.example");
  private static final List<String> PATHS = List.of("/", "/a", "/a/", "/a/b", "/b", "/a/b/c");
  private static final List<String> REGEXES = List.of("/.*", "/a/.*", "/[ab]", "/a|/b/c");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shufflingTheRoutesChangesNothing(long seed) {
    Random random = new Random(seed);
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      routes.add(randomRoute("r" + i, random));
    }
    List<GatewayRequest> requests = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      requests.add(randomRequest(random));
    }
    List<String> before = answers(routes, requests);

    Collections.shuffle(routes, random);

    assertThat(answers(routes, requests)).isEqualTo(before);
    assertThat(before.stream().distinct().count()).isGreaterThan(5);
  }

  private static List<String> answers(List<Route> routes, List<GatewayRequest> requests) {
    RouteTable<String> table = RouteTableTest.table(routes.toArray(new Route[0]));
    return requests.stream()
        .map(request -> String.valueOf(RouteTableTest.find(table, request)))
        .toList();
  }

  private static Route randomRoute(String name, Random random) {
    Route.Builder route = Route.builder(name);
    if (random.nextBoolean()) {
      route.hostnames(pick(HOSTS, random));
    }
    RouteMatch[] matches = new RouteMatch[1 + random.nextInt(2)];
    for (int i = 0; i < matches.length; i++) {
      matches[i] = randomMatch(random);
    }
    return route.matches(matches).build();
  }

  private static RouteMatch randomMatch(Random random) {
    RouteMatch match =
        switch (random.nextInt(3)) {
          case 0 -> RouteMatch.exact(pick(PATHS, random));
          case 1 -> RouteMatch.pathPrefix(pick(PATHS, random));
          default -> RouteMatch.regex(pick(REGEXES, random));
        };
    if (random.nextInt(3) == 0) {
      match = match.method(random.nextBoolean() ? "GET" : "POST");
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      match = match.header("h" + i, "1");
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      match = match.query("q" + i, "1");
    }
    return match;
  }

  private static GatewayRequest randomRequest(Random random) {
    StringBuilder target = new StringBuilder("http://");
    target.append(pick(HOSTS, random).replace("*", "x")).append(pick(PATHS, random));
    target.append(random.nextBoolean() ? "?q1=1" : "?q1=1&q2=1");
    GatewayRequest.Builder request =
        GatewayRequest.builder(random.nextBoolean() ? "GET" : "POST", target.toString());
    for (int i = random.nextInt(3); i > 0; i--) {
      request.header("h" + i, "1");
    }
    return request.build();
  }

  private static String pick(List<String> of, Random random) {
    return of.get(random.nextInt(of.size()));
  }
}
