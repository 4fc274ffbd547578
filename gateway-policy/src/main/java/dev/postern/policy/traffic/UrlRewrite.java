package dev.postern.policy.traffic;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.Authority;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RoutePolicy;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.PolicySet;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests on under another authority or path. The query is kept.
 *
 * @param authority the authority to send upstream; the backend's own by default
 * @param path the path to send upstream; the client's by default
 */
public record UrlRewrite(@Nullable AuthorityRewrite authority, @Nullable PathRewrite path)
    implements InterceptingPolicy, RoutePolicy {
  /** Checks the path. */
  public UrlRewrite {
    if (path instanceof PathRewrite.Full(String full) && full.indexOf('?') >= 0) {
      throw new IllegalArgumentException(
          "path.full: \"" + full + "\" (expected: no query; that of the request is kept)");
    }
  }

  /** Returns a policy that rewrites nothing yet. */
  public static UrlRewrite none() {
    return new UrlRewrite(null, null);
  }

  /** Returns a copy that sends requests on under {@code authority}. */
  public UrlRewrite authority(AuthorityRewrite authority) {
    return new UrlRewrite(authority, path);
  }

  /** Returns a copy that sends requests on with {@code path}. */
  public UrlRewrite path(PathRewrite path) {
    return new UrlRewrite(authority, path);
  }

  @Override
  public String kind() {
    return "urlRewrite";
  }

  @Override
  public Phase phase(Place place) {
    if (place != Place.ROUTE) {
      throw place.misplaced(kind(), "a route");
    }
    return Phase.URL_REWRITE;
  }

  @Override
  public void check(Route route, PolicySet policies) {
    PathRewriting.checkRoute(path, route);
    if (policies.find(RequestRedirect.class) != null) {
      throw new IllegalArgumentException(
          "urlRewrite and requestRedirect on one route (expected: one of them)");
    }
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return (exchange, request, next) -> {
      GatewayRequest.Builder rewritten = request.toBuilder();
      String newAuthority = newAuthority(request);
      if (newAuthority != null) {
        rewritten.authority(newAuthority);
        exchange.set(Route.KEEP_AUTHORITY, true);
      } else if (authority instanceof AuthorityRewrite.Auto) {
        exchange.set(Route.KEEP_AUTHORITY, null);
      }
      rewritten.path(newPath(exchange, request.pathAsSent()));
      return next.proceed(exchange, rewritten.build());
    };
  }

  private @Nullable String newAuthority(GatewayRequest request) {
    return switch (authority) {
      case null -> null;
      case AuthorityRewrite.Auto auto -> null;
      case AuthorityRewrite.None none -> request.authority();
      case AuthorityRewrite.Full(String full) -> full;
      case AuthorityRewrite.Host(String host) -> host;
      case AuthorityRewrite.Port(int port) ->
          new Authority(Authority.host(request.authority()), port).toString();
    };
  }

  private String newPath(Exchange exchange, String current) {
    return switch (path) {
      case null -> current;
      case PathRewrite.Full(String full) -> PathRewriting.canonical(full);
      case PathRewrite.Prefix(String prefix) ->
          PathRewriting.replacePrefix(prefix, exchange, current);
    };
  }
}
