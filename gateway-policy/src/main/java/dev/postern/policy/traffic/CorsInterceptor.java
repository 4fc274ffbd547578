package dev.postern.policy.traffic;

import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Answers preflight requests and gives responses their CORS headers. */
final class CorsInterceptor implements Interceptor {
  private static final String PREFLIGHT_VARY =
      "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

  private final Cors cors;
  private final List<OriginPattern> origins;
  private final boolean everyOrigin;
  private final Set<String> allowedHeaders = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  CorsInterceptor(Cors cors) {
    this.cors = cors;
    this.origins =
        cors.allowOrigins().stream()
            .map(origin -> OriginPattern.parse("allowOrigins", origin))
            .toList();
    this.everyOrigin = cors.allowOrigins().equals(List.of("*"));
    this.allowedHeaders.addAll(cors.allowHeaders());
  }

  @Override
  public GatewayResponse intercept(Exchange exchange, GatewayRequest request, Chain next)
      throws IOException {
    String origin = request.header("origin");
    String method = request.header("access-control-request-method");
    if (request.method().equals("OPTIONS") && origin != null && method != null) {
      request.body().discard();
      exchange.record().reason(Reason.DIRECT_RESPONSE, null);
      return GatewayResponse.of(200, preflight(request, origin, method), Body.empty());
    }
    GatewayResponse response = next.proceed(exchange, request);
    return response.withHeaders(simple(response.headers(), origin));
  }

  private Headers preflight(GatewayRequest request, String origin, String method) {
    Headers.Builder headers = Headers.builder().add("vary", PREFLIGHT_VARY);
    String wanted = String.join(", ", request.headers().all("access-control-request-headers"));
    if (!isAllowed(origin) || !allowsMethod(method) || !allowsHeaders(wanted)) {
      return headers.build();
    }
    addOrigin(headers, origin);
    add(
        headers,
        "access-control-allow-methods",
        cors.allowMethods().contains("*") ? List.of(method) : cors.allowMethods());
    add(
        headers,
        "access-control-allow-headers",
        cors.allowHeaders().contains("*") ? List.of(wanted) : cors.allowHeaders());
    if (cors.maxAge() != null) {
      headers.add("access-control-max-age", Long.toString(cors.maxAge().toSeconds()));
    }
    return headers.build();
  }

  private Headers simple(Headers upstream, @Nullable String origin) {
    Headers.Builder headers = upstream.toBuilder().removeIf(CorsInterceptor::isCors);
    if (!varies(upstream)) {
      headers.add("vary", "Origin");
    }
    if (origin != null && isAllowed(origin)) {
      addOrigin(headers, origin);
      add(headers, "access-control-expose-headers", cors.exposeHeaders());
    }
    return headers.build();
  }

  private void addOrigin(Headers.Builder headers, String origin) {
    headers.add("access-control-allow-origin", everyOrigin ? "*" : origin);
    if (cors.allowCredentials()) {
      headers.add("access-control-allow-credentials", "true");
    }
  }

  private static void add(Headers.Builder headers, String name, List<String> values) {
    String joined = String.join(", ", values);
    if (!joined.isEmpty()) {
      headers.add(name, joined);
    }
  }

  private boolean isAllowed(String origin) {
    for (OriginPattern pattern : origins) {
      if (pattern.matches(origin)) {
        return true;
      }
    }
    return false;
  }

  private boolean allowsMethod(String method) {
    List<String> methods = cors.allowMethods();
    return methods.contains("*")
        || methods.contains(method)
        || (methods.isEmpty() && Set.of("GET", "HEAD", "POST").contains(method));
  }

  private boolean allowsHeaders(String wanted) {
    if (allowedHeaders.contains("*")) {
      return true;
    }
    for (String name : wanted.split(",", -1)) {
      if (!name.isBlank() && !allowedHeaders.contains(name.strip())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isCors(String name) {
    return name.toLowerCase(Locale.ROOT).startsWith("access-control-");
  }

  private static boolean varies(Headers headers) {
    for (String line : headers.all("vary")) {
      for (String name : line.split(",", -1)) {
        if (name.strip().equals("*") || name.strip().equalsIgnoreCase("origin")) {
          return true;
        }
      }
    }
    return false;
  }
}
