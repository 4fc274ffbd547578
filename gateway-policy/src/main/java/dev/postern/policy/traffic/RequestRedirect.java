package dev.postern.policy.traffic;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Authority;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RoutePolicy;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.PolicySet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a redirect, made from the request where nothing else is said.
 *
 * <p>Ports that the scheme implies are left out; a change of scheme drops the port of the request.
 *
 * @param scheme {@code http} or {@code https}; that of the request by default
 * @param authority the new authority; that of the request by default
 * @param path the new path; that of the request by default. A full path drops the query, a prefix
 *     keeps it
 * @param status 301, 302, 303, 307 or 308; 302 by default
 */
public record RequestRedirect(
    @Nullable String scheme,
    @Nullable AuthorityRewrite authority,
    @Nullable PathRewrite path,
    int status)
    implements InterceptingPolicy, RoutePolicy {
  /** The status of redirects that name none. */
  public static final int DEFAULT_STATUS = 302;

  private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

  /** Checks the values. */
  public RequestRedirect {
    if (scheme != null && !scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException(
          "scheme: \"" + scheme + "\" (expected: one of http, https)");
    }
    if (!STATUSES.contains(status)) {
      throw new IllegalArgumentException(
          "status: " + status + " (expected: one of 301, 302, 303, 307, 308)");
    }
  }

  /** Returns a redirect to where the request came from, of which the rest is then said. */
  public static RequestRedirect status(int status) {
    return new RequestRedirect(null, null, null, status);
  }

  /** Returns a copy that redirects to {@code scheme}. */
  public RequestRedirect scheme(String scheme) {
    return new RequestRedirect(scheme, authority, path, status);
  }

  /** Returns a copy that redirects to {@code authority}. */
  public RequestRedirect authority(AuthorityRewrite authority) {
    return new RequestRedirect(scheme, authority, path, status);
  }

  /** Returns a copy that redirects to {@code path}. */
  public RequestRedirect path(PathRewrite path) {
    return new RequestRedirect(scheme, authority, path, status);
  }

  @Override
  public String kind() {
    return "requestRedirect";
  }

  @Override
  public Phase phase(Place place) {
    return switch (place) {
      case GATEWAY -> throw place.misplaced(kind(), "a route or a backend");
      case ROUTE -> Phase.REDIRECT;
      case BACKEND -> Phase.BACKEND_REDIRECT;
    };
  }

  @Override
  public void check(Route route, PolicySet policies) {
    PathRewriting.checkRoute(path, route);
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return (exchange, request, next) -> {
      String location = location(exchange, request);
      request.body().discard();
      exchange.record().reason(Reason.DIRECT_RESPONSE, null);
      return GatewayResponse.of(status, Headers.of("location", location), Body.empty());
    };
  }

  private String location(Exchange exchange, GatewayRequest request) {
    String target =
        switch (path) {
          case null -> request.target();
          case PathRewrite.Full(String full) -> full;
          case PathRewrite.Prefix(String prefix) -> {
            String replaced = PathRewriting.replacePrefix(prefix, exchange, request.pathAsSent());
            yield request.query() == null ? replaced : replaced + "?" + request.query();
          }
        };
    // Browsers take what starts with two slashes for another host.
    if (!target.startsWith("/") || target.startsWith("//") || !HeaderRules.isValue(target)) {
      throw invalid("location " + target);
    }
    String newScheme = scheme == null ? request.scheme() : scheme;
    String newAuthority = newAuthority(request, newScheme);
    if (newAuthority.isEmpty() && scheme != null) {
      throw invalid("a scheme without an authority");
    }
    return newAuthority.isEmpty() ? target : newScheme + "://" + newAuthority + target;
  }

  private String newAuthority(GatewayRequest request, String newScheme) {
    String current = request.authority();
    int kept = request.scheme().equals(newScheme) ? Authority.port(current) : -1;
    return switch (authority) {
      case null -> join(Authority.host(current), kept, newScheme);
      case AuthorityRewrite.Auto auto -> join(Authority.host(current), kept, newScheme);
      case AuthorityRewrite.None none -> join(Authority.host(current), kept, newScheme);
      case AuthorityRewrite.Full(String full) ->
          join(Authority.host(full), Authority.port(full), newScheme);
      case AuthorityRewrite.Host(String host) -> join(host, kept, newScheme);
      case AuthorityRewrite.Port(int port) -> join(Authority.host(current), port, newScheme);
    };
  }

  private static String join(String host, int port, String scheme) {
    return new Authority(host, port == Authority.defaultPort(scheme) ? -1 : port).toString();
  }

  private static GatewayException invalid(String detail) {
    return Reason.INTERNAL.exception("invalid redirect").detail(detail);
  }
}
