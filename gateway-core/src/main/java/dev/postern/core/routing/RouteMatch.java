package dev.postern.core.routing;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.text.LinearPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Conditions on a request that must all hold.
 *
 * @param path which paths; all by default
 * @param method which method, case-sensitive; any by default
 * @param headers conditions on header lines and on {@code :method}, {@code :path} (with its query),
 *     {@code :authority} and {@code :scheme}
 * @param query conditions on query parameters
 */
public record RouteMatch(
    Path path, @Nullable String method, List<Header> headers, List<Query> query) {
  /** Every request. */
  public static final RouteMatch ANY = pathPrefix("/");

  /** The match that won the request its route; set as soon as the route is known. */
  public static final AttributeKey<RouteMatch> MATCHED = AttributeKey.of("route match");

  /** Checks the conditions; absent ones take their defaults. */
  public RouteMatch {
    path = path == null ? new Path.PathPrefix("/") : path;
    headers = headers == null ? List.of() : List.copyOf(headers);
    query = query == null ? List.of() : List.copyOf(query);
    if (method != null && !HeaderRules.isToken(method)) {
      throw new IllegalArgumentException("method: \"" + method + "\" (expected: an HTTP method)");
    }
  }

  /** Returns a match of exactly this path. */
  public static RouteMatch exact(String path) {
    return new RouteMatch(new Path.Exact(path), null, List.of(), List.of());
  }

  /** Returns a match of this path and all paths below it. */
  public static RouteMatch pathPrefix(String path) {
    return new RouteMatch(new Path.PathPrefix(path), null, List.of(), List.of());
  }

  /** Returns a match of the paths that the whole of this RE2 expression matches. */
  public static RouteMatch regex(String regex) {
    return new RouteMatch(new Path.Regex(regex), null, List.of(), List.of());
  }

  /** Returns this match for one method only. */
  public RouteMatch method(String method) {
    return new RouteMatch(path, method, headers, query);
  }

  /** Returns this match with the further condition that the header has exactly this value. */
  public RouteMatch header(String name, String value) {
    return header(name, new Value.Exact(value));
  }

  /** Returns this match with a further condition on a header. */
  public RouteMatch header(String name, Value value) {
    return new RouteMatch(path, method, plus(headers, new Header(name, value)), query);
  }

  /** Returns this match with the further condition that the parameter has exactly this value. */
  public RouteMatch query(String name, String value) {
    return query(name, new Value.Exact(value));
  }

  /** Returns this match with a further condition on a query parameter. */
  public RouteMatch query(String name, Value value) {
    return new RouteMatch(path, method, headers, plus(query, new Query(name, value)));
  }

  private static String nameOf(String segment) {
    int semicolon = segment.indexOf(';');
    return semicolon < 0 ? segment : segment.substring(0, semicolon);
  }

  private static <E> List<E> plus(List<E> list, E element) {
    List<E> more = new ArrayList<>(list);
    more.add(element);
    return more;
  }

  private static String checkPath(String name, String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException(
          name + ": \"" + path + "\" (expected: a path that starts with /)");
    }
    return path;
  }

  private static String checkRegex(String regex) {
    try {
      LinearPattern.compile(regex);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("regex: " + e.getMessage(), e);
    }
    return regex;
  }

  /** A condition on the canonical path. */
  public sealed interface Path {
    /** Returns the paths as one text for readers, as in {@code /api/*}. */
    default String pattern() {
      return switch (this) {
        case Exact path -> path.exact();
        case PathPrefix path -> path.trimmed() + "/*";
        case Regex path -> path.regex();
      };
    }

    /**
     * One path.
     *
     * @param exact the path, percent-encoded, case-sensitive
     */
    record Exact(String exact) implements Path {
      /** Checks the path. */
      public Exact {
        checkPath("exact", exact);
      }
    }

    /**
     * A path and all below it.
     *
     * @param pathPrefix whole segments: {@code /foo} stands for {@code /foo}, {@code /foo/} and
     *     {@code /foo/x}, not for {@code /foobar}; a slash at the end does not matter
     */
    record PathPrefix(String pathPrefix) implements Path {
      /** Checks the prefix. */
      public PathPrefix {
        checkPath("pathPrefix", pathPrefix);
      }

      /** Returns the prefix without a slash at its end; empty when it stands for every path. */
      public String trimmed() {
        return pathPrefix.endsWith("/")
            ? pathPrefix.substring(0, pathPrefix.length() - 1)
            : pathPrefix;
      }

      /**
       * Returns what follows the prefix in {@code path}: nothing, or something that starts with a
       * slash; null if the path is not below the prefix. Parameters of the segments that the prefix
       * stands for go with them.
       */
      public @Nullable String rest(String path) {
        String prefix = trimmed();
        int at = 0;
        int seen = 0;
        while (seen < prefix.length()) {
          if (at >= path.length() || path.charAt(at) != '/') {
            return null;
          }
          int slash = path.indexOf('/', at + 1);
          int end = slash < 0 ? path.length() : slash;
          String segment = path.substring(at + 1, end);
          if (!segment.startsWith(";")) {
            String expected = "/" + nameOf(segment);
            boolean whole = seen + expected.length() == prefix.length();
            if (!prefix.startsWith(expected, seen)
                || (!whole && prefix.charAt(seen + expected.length()) != '/')) {
              return null;
            }
            seen += expected.length();
          }
          at = end;
        }
        return path.substring(at);
      }
    }

    /**
     * Paths of a form.
     *
     * @param regex RE2 syntax; must match the whole path
     */
    record Regex(String regex) implements Path {
      /** Checks the expression. */
      public Regex {
        checkRegex(regex);
      }
    }
  }

  /** A condition on a value. */
  public sealed interface Value {
    /**
     * One value.
     *
     * @param exact the value, case-sensitive
     */
    record Exact(String exact) implements Value {
      /** Checks the value. */
      public Exact {
        requireNonNull(exact, "exact");
      }
    }

    /**
     * Values of a form.
     *
     * @param regex RE2 syntax; must match the whole value
     */
    record Regex(String regex) implements Value {
      /** Checks the expression. */
      public Regex {
        checkRegex(regex);
      }
    }
  }

  /**
   * A condition on a header: at least one of its lines has the value.
   *
   * @param name the name, or one of {@code :method :path :authority :scheme}
   * @param value what to look for
   */
  public record Header(String name, Value value) {
    private static final Set<String> PSEUDO = Set.of(":method", ":path", ":authority", ":scheme");

    /** Checks the name. */
    public Header {
      requireNonNull(value, "value");
      name = name.toLowerCase(Locale.ROOT);
      if (!HeaderRules.isToken(name) && !PSEUDO.contains(name)) {
        throw new IllegalArgumentException("name: \"" + name + "\" (expected: a header name)");
      }
    }
  }

  /**
   * A condition on a query parameter, compared after decoding.
   *
   * @param name the name, case-sensitive
   * @param value what to look for
   */
  public record Query(String name, Value value) {
    /** Checks the name. */
    public Query {
      requireNonNull(value, "value");
      if (name.isEmpty()) {
        throw new IllegalArgumentException("name: empty (expected: the name of a parameter)");
      }
    }
  }
}
