package dev.postern.policy.traffic;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.CanonicalPath;
import dev.postern.core.http.CanonicalQuery;
import dev.postern.core.http.InvalidRequestException;
import dev.postern.core.http.PathNormalization;
import dev.postern.core.http.PathNormalization.DotSegments;
import dev.postern.core.http.PathNormalization.DoubleEncoding;
import dev.postern.core.http.PathNormalization.DuplicateSlash;
import dev.postern.core.http.PathNormalization.EncodedSlash;
import dev.postern.core.http.PathNormalization.PathParams;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RouteMatch;
import org.jspecify.annotations.Nullable;

/** Puts new paths together. */
final class PathRewriting {
  // The client's part of the path is canonical already and stays as it is; what is put in must not
  // climb out.
  private static final PathNormalization REWRITTEN =
      new PathNormalization(
          DotSegments.REJECT,
          EncodedSlash.KEEP,
          DuplicateSlash.KEEP,
          PathParams.KEEP,
          DoubleEncoding.KEEP,
          false);

  private PathRewriting() {}

  /** Returns {@code path} with the replacement in the place of the prefix that was matched. */
  static String replacePrefix(String replacement, Exchange exchange, String path) {
    RouteMatch match = exchange.get(RouteMatch.MATCHED);
    if (match == null || !(match.path() instanceof RouteMatch.Path.PathPrefix matched)) {
      throw invalid("path.prefix on a route that was not matched by a pathPrefix");
    }
    String rest = path.equals("/") && matched.trimmed().isEmpty() ? "" : matched.rest(path);
    if (rest == null) {
      throw invalid("the path is no longer below the prefix that was matched");
    }
    if (rest.isEmpty()) {
      return replacement.isEmpty() ? "/" : canonical(replacement);
    }
    return canonical(
        replacement.endsWith("/")
            ? replacement.substring(0, replacement.length() - 1) + rest
            : replacement + rest);
  }

  static String canonical(String path) {
    try {
      return CanonicalPath.of(path, REWRITTEN);
    } catch (InvalidRequestException e) {
      throw invalid(e.detail());
    }
  }

  static GatewayException invalid(String detail) {
    return Reason.INTERNAL.exception("invalid rewrite").detail(detail);
  }

  /** Checks that a prefix is replaced only on routes that are matched by prefixes. */
  static void checkRoute(@Nullable PathRewrite rewrite, Route route) {
    for (RouteMatch match : route.matches()) {
      if (rewrite instanceof PathRewrite.Prefix(String prefix)
          && !(match.path() instanceof RouteMatch.Path.PathPrefix)) {
        throw new IllegalArgumentException(
            "path.prefix: \""
                + prefix
                + "\" (expected: only on routes whose matches are all by pathPrefix)");
      }
    }
  }

  /** Returns the canonical form of a configured path with an optional query. */
  static String checkTarget(String field, String target) {
    int mark = target.indexOf('?');
    if (mark < 0) {
      return checkPath(field, target);
    }
    try {
      return checkPath(field, target.substring(0, mark))
          + "?"
          + CanonicalQuery.of(target.substring(mark + 1));
    } catch (InvalidRequestException e) {
      throw refused(field, target, e);
    }
  }

  /** Returns the canonical form of a configured path. */
  static String checkPath(String field, String path) {
    try {
      return CanonicalPath.of(path, REWRITTEN);
    } catch (InvalidRequestException e) {
      throw refused(field, path, e);
    }
  }

  private static IllegalArgumentException refused(
      String field, String value, InvalidRequestException e) {
    return new IllegalArgumentException(
        field + ": \"" + value + "\": " + e.detail() + " (expected: a path that starts with /)", e);
  }
}
