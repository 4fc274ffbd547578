package dev.postern.core.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The entries of one hostname, by path. Filled, frozen, then only searched. */
final class PathIndex<T> {
  private final Map<String, List<Entry<T>>> exact = new HashMap<>();
  private final Node<T> root = new Node<>(null);
  private final List<Entry<T>> regexes = new ArrayList<>();

  void add(Entry<T> entry) {
    switch (entry.match().path()) {
      case RouteMatch.Path.Exact(String path) ->
          exact.computeIfAbsent(path, key -> new ArrayList<>(1)).add(entry);
      case RouteMatch.Path.PathPrefix prefix -> node(prefix.trimmed()).entries.add(entry);
      case RouteMatch.Path.Regex regex -> regexes.add(entry);
    }
  }

  private Node<T> node(String prefix) {
    Node<T> node = root;
    for (int start = 1; start <= prefix.length(); ) {
      int end = segmentEnd(prefix, start);
      Node<T> parent = node;
      node = node.children.computeIfAbsent(prefix.substring(start, end), s -> new Node<>(parent));
      start = end + 1;
    }
    return node;
  }

  void freeze() {
    exact.values().forEach(entries -> entries.sort(Entry.PRECEDENCE));
    regexes.sort(Entry.PRECEDENCE);
    root.freeze();
  }

  RouteTable.@Nullable Match<T> find(String path, Candidate candidate) {
    List<Entry<T>> exactly = exact.get(path);
    RouteTable.Match<T> found = exactly == null ? null : first(exactly, candidate);
    if (found != null) {
      return found;
    }
    for (Node<T> node = deepest(path); node != null; node = node.parent) {
      found = node.entries.isEmpty() ? null : first(node.entries, candidate);
      if (found != null) {
        return found;
      }
    }
    for (Entry<T> entry : regexes) {
      if (candidate.fits(entry) && entry.pathPattern != null && entry.pathPattern.matches(path)) {
        return entry.found;
      }
    }
    return null;
  }

  private static <T> RouteTable.@Nullable Match<T> first(
      List<Entry<T>> entries, Candidate candidate) {
    for (int i = 0; i < entries.size(); i++) {
      if (candidate.fits(entries.get(i))) {
        return entries.get(i).found;
      }
    }
    return null;
  }

  private @Nullable Node<T> deepest(String path) {
    if (!path.startsWith("/")) {
      return null;
    }
    Node<T> node = root;
    for (int start = 1; start <= path.length() && !node.children.isEmpty(); ) {
      int end = segmentEnd(path, start);
      Node<T> child = node.children.get(path.substring(start, end));
      if (child == null) {
        break;
      }
      node = child;
      start = end + 1;
    }
    return node;
  }

  private static int segmentEnd(String path, int start) {
    int slash = path.indexOf('/', start);
    return slash < 0 ? path.length() : slash;
  }

  /** Adds a warning for each expression that a prefix covers, since a prefix always wins. */
  void addUnreachableTo(List<String> warnings) {
    for (Entry<T> regex : regexes) {
      String directory =
          LiteralPrefix.directory(((RouteMatch.Path.Regex) regex.match().path()).regex());
      for (Node<T> node = deepest(directory); node != null; node = node.parent) {
        for (Entry<T> prefix : node.entries) {
          if (prefix.coversConditionsOf(regex)) {
            warnings.add(unreachable(regex, prefix));
            node = root;
            break;
          }
        }
      }
    }
  }

  private static <T> String unreachable(Entry<T> regex, Entry<T> prefix) {
    return "route "
        + regex.routeName()
        + ": matches["
        + regex.matchIndex()
        + "].path.regex is never reached: pathPrefix \""
        + ((RouteMatch.Path.PathPrefix) prefix.match().path()).pathPrefix()
        + "\" of route "
        + prefix.routeName()
        + " takes every path it matches, and a prefix always wins";
  }

  private static final class Node<T> {
    private final Map<String, Node<T>> children = new HashMap<>();
    private final List<Entry<T>> entries = new ArrayList<>(1);
    private final @Nullable Node<T> parent;

    Node(@Nullable Node<T> parent) {
      this.parent = parent;
    }

    void freeze() {
      List<Node<T>> waiting = new ArrayList<>(List.of(this));
      while (!waiting.isEmpty()) {
        Node<T> node = waiting.removeLast();
        node.entries.sort(Entry.PRECEDENCE);
        waiting.addAll(node.children.values());
      }
    }
  }
}
