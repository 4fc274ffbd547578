package dev.postern.policy.traffic;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets pages of other origins call, as the Fetch standard describes.
 *
 * <p>Answers preflight requests before anybody is asked who they are. Replaces whatever CORS
 * headers the upstream sends; errors of the gateway carry them as well.
 *
 * @param allowOrigins origins; {@code *} for any, {@code https://*.example.com} for those below a
 *     domain
 * @param allowMethods methods; {@code *} for any
 * @param allowHeaders request headers; {@code *} for any
 * @param exposeHeaders response headers that pages may read; {@code *} for any
 * @param allowCredentials whether requests may carry cookies and the like; not together with {@code
 *     *}
 * @param maxAge how long browsers may remember the answer to a preflight
 */
public record Cors(
    List<String> allowOrigins,
    List<String> allowMethods,
    List<String> allowHeaders,
    List<String> exposeHeaders,
    boolean allowCredentials,
    @Nullable Duration maxAge)
    implements InterceptingPolicy {
  /** Checks the values; absent lists are empty. */
  public Cors {
    allowOrigins = allowOrigins == null ? List.of() : List.copyOf(allowOrigins);
    allowMethods = tokens("allowMethods", allowMethods, allowCredentials);
    allowHeaders = tokens("allowHeaders", allowHeaders, allowCredentials);
    exposeHeaders = tokens("exposeHeaders", exposeHeaders, allowCredentials);
    for (int i = 0; i < allowOrigins.size(); i++) {
      OriginPattern.parse("allowOrigins[" + i + "]", allowOrigins.get(i));
    }
    refuseWildcard("allowOrigins", allowOrigins, allowCredentials);
    if (maxAge != null && maxAge.isNegative()) {
      throw new IllegalArgumentException("maxAge: " + maxAge + " (expected: zero or more)");
    }
  }

  /** Returns a policy that lets no origin call yet. */
  public static Cors none() {
    return new Cors(List.of(), List.of(), List.of(), List.of(), false, null);
  }

  /** Returns a copy that lets these origins call. */
  public Cors allowOrigins(String... origins) {
    return new Cors(
        List.of(origins), allowMethods, allowHeaders, exposeHeaders, allowCredentials, maxAge);
  }

  /** Returns a copy that lets them use these methods. */
  public Cors allowMethods(String... methods) {
    return new Cors(
        allowOrigins, List.of(methods), allowHeaders, exposeHeaders, allowCredentials, maxAge);
  }

  /** Returns a copy that lets them send these headers. */
  public Cors allowHeaders(String... headers) {
    return new Cors(
        allowOrigins, allowMethods, List.of(headers), exposeHeaders, allowCredentials, maxAge);
  }

  /** Returns a copy that lets them read these headers. */
  public Cors exposeHeaders(String... headers) {
    return new Cors(
        allowOrigins, allowMethods, allowHeaders, List.of(headers), allowCredentials, maxAge);
  }

  /** Returns a copy that says whether requests may carry cookies and the like. */
  public Cors allowCredentials(boolean allowCredentials) {
    return new Cors(
        allowOrigins, allowMethods, allowHeaders, exposeHeaders, allowCredentials, maxAge);
  }

  /** Returns a copy that says how long browsers may remember the answer to a preflight. */
  public Cors maxAge(Duration maxAge) {
    return new Cors(
        allowOrigins, allowMethods, allowHeaders, exposeHeaders, allowCredentials, maxAge);
  }

  @Override
  public String kind() {
    return "cors";
  }

  @Override
  public Phase phase(Place place) {
    if (place == Place.BACKEND) {
      throw place.misplaced(kind(), "a gateway or a route");
    }
    return Phase.CORS;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return new CorsInterceptor(this);
  }

  private static List<String> tokens(
      String field, @Nullable List<String> values, boolean credentials) {
    if (values == null) {
      return List.of();
    }
    for (int i = 0; i < values.size(); i++) {
      if (!HeaderRules.isToken(values.get(i))) {
        throw new IllegalArgumentException(
            field + "[" + i + "]: \"" + values.get(i) + "\" (expected: a name or *)");
      }
    }
    refuseWildcard(field, values, credentials);
    return List.copyOf(values);
  }

  private static void refuseWildcard(String field, List<String> values, boolean credentials) {
    if (credentials && values.contains("*")) {
      throw new IllegalArgumentException(
          field + ": \"*\" (expected: names, because allowCredentials is true)");
    }
  }
}
