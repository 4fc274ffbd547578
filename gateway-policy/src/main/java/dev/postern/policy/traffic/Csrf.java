package dev.postern.policy.traffic;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Authority;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses requests that a page of another origin made a browser send.
 *
 * <p>Looks at what browsers say of themselves, in {@code sec-fetch-site} and {@code origin}.
 * Requests that change nothing pass, and so do those of callers that are no browsers.
 *
 * @param additionalOrigins origins whose pages may send requests; {@code https://*.example.com} for
 *     those below a domain
 * @param allowNull whether pages of no origin may, as those of sandboxed frames; not by default
 */
public record Csrf(List<String> additionalOrigins, boolean allowNull)
    implements InterceptingPolicy {
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  /** Checks the origins; an absent list is empty. */
  public Csrf {
    additionalOrigins = additionalOrigins == null ? List.of() : List.copyOf(additionalOrigins);
    for (int i = 0; i < additionalOrigins.size(); i++) {
      String origin = additionalOrigins.get(i);
      String field = "additionalOrigins[" + i + "]";
      if (origin.equals("*") || origin.equals("null")) {
        throw new IllegalArgumentException(
            field + ": \"" + origin + "\" (expected: an origin; any would be no protection)");
      }
      OriginPattern.parse(field, origin);
    }
  }

  /** Returns protection against all origins but the request's own and these. */
  public static Csrf allowing(String... additionalOrigins) {
    return new Csrf(List.of(additionalOrigins), false);
  }

  @Override
  public String kind() {
    return "csrf";
  }

  @Override
  public Phase phase(Place place) {
    if (place != Place.ROUTE) {
      throw place.misplaced(kind(), "a route");
    }
    return Phase.CSRF;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    List<OriginPattern> allowed =
        additionalOrigins.stream().map(origin -> OriginPattern.parse("", origin)).toList();
    return (exchange, request, next) -> {
      if (!SAFE.contains(request.method()) && !passes(request, allowed)) {
        request.body().discard();
        throw Reason.CSRF.exception("CSRF validation failed");
      }
      return next.proceed(exchange, request);
    };
  }

  private boolean passes(GatewayRequest request, List<OriginPattern> allowed) {
    List<String> sites = request.headers().all("sec-fetch-site");
    List<String> origins = request.headers().all("origin");
    if (sites.size() > 1 || origins.size() > 1) {
      return false; // no browser does that
    }
    if (!sites.isEmpty() && Set.of("same-origin", "none").contains(sites.getFirst())) {
      return true;
    }
    if (origins.isEmpty()) {
      return sites.isEmpty();
    }
    String origin = origins.getFirst();
    if (origin.equals("null")) {
      return allowNull;
    }
    return isOwn(origin, request) || allowed.stream().anyMatch(pattern -> pattern.matches(origin));
  }

  private static boolean isOwn(String origin, GatewayRequest request) {
    String forwarded = request.header("x-forwarded-proto"); // only trusted proxies get to say it
    String scheme = forwarded == null ? request.scheme() : forwarded.toLowerCase(Locale.ROOT);
    int end = origin.indexOf("://");
    try {
      return end > 0
          && origin.substring(0, end).equalsIgnoreCase(scheme)
          && withPort(origin.substring(end + 3), scheme)
              .equals(withPort(request.authority(), scheme));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String withPort(String authority, String scheme) {
    Authority parsed = Authority.parse(authority);
    int port = parsed.port() < 0 ? Authority.defaultPort(scheme) : parsed.port();
    return parsed.host() + ":" + port;
  }
}
