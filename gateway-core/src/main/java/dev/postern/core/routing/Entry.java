package dev.postern.core.routing;

import dev.postern.core.text.LinearPattern;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One match of one route, compiled. */
final class Entry<T> {
  /** Policy specification 5.3, among entries whose paths are of one kind. */
  static final Comparator<Entry<?>> PRECEDENCE =
      Comparator.<Entry<?>>comparingInt(entry -> -entry.pathLength())
          .thenComparing(entry -> entry.match().method() == null)
          .thenComparingInt(entry -> -entry.match().headers().size())
          .thenComparingInt(entry -> -entry.match().query().size())
          // Here an older creation time comes first, once there are routes that have one.
          .thenComparing(entry -> entry.fullName)
          .thenComparingInt(entry -> entry.routeIndex)
          .thenComparingInt(entry -> entry.matchIndex);

  final RouteTable.Match<T> found;
  final @Nullable LinearPattern pathPattern;
  final List<Condition> headers;
  final List<Condition> query;
  private final String fullName;
  private final int routeIndex;
  private final int matchIndex;

  Entry(RouteTable.Match<T> found, int routeIndex, int matchIndex) {
    Route route = found.route();
    RouteMatch match = found.match();
    this.found = found;
    this.routeIndex = routeIndex;
    this.matchIndex = matchIndex;
    // Generated names sort by number: route10 after route9.
    String name = route.name() == null ? String.format("route%010d", routeIndex) : route.name();
    this.fullName = route.namespace() + "/" + name;
    this.pathPattern =
        match.path() instanceof RouteMatch.Path.Regex(String regex)
            ? LinearPattern.compile(regex)
            : null;
    this.headers =
        match.headers().stream()
            .map(header -> new Condition(header.name(), test(header.value())))
            .toList();
    this.query =
        match.query().stream()
            .map(query -> new Condition(query.name(), test(query.value())))
            .toList();
  }

  RouteMatch match() {
    return found.match();
  }

  /** Returns how the route is called in messages. */
  String routeName() {
    return found.route().name(routeIndex);
  }

  int matchIndex() {
    return matchIndex;
  }

  /** Returns whether this takes every request that {@code other} takes, paths left aside. */
  boolean coversConditionsOf(Entry<T> other) {
    RouteMatch these = match();
    RouteMatch those = other.match();
    return (these.method() == null || these.method().equals(those.method()))
        && those.headers().containsAll(these.headers())
        && those.query().containsAll(these.query());
  }

  private int pathLength() {
    return switch (match().path()) {
      case RouteMatch.Path.Exact(String path) -> path.length();
      case RouteMatch.Path.PathPrefix prefix -> prefix.trimmed().length();
      case RouteMatch.Path.Regex(String regex) -> regex.length();
    };
  }

  private static Predicate<String> test(RouteMatch.Value value) {
    return switch (value) {
      case RouteMatch.Value.Exact(String exact) -> exact::equals;
      case RouteMatch.Value.Regex(String regex) -> LinearPattern.compile(regex)::matches;
    };
  }

  record Condition(String name, Predicate<String> test) {}
}
