package dev.postern.core.http;

import static dev.postern.core.http.InvalidRequestException.malformed;

import dev.postern.core.http.HygieneSettings.UnderscoreHeaders;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks and cleans the head of a request before anything else looks at it, whoever made the
 * request.
 *
 * <p>Refuses what two readers could understand differently, brings authority, path and query into
 * their canonical forms, and takes out the header lines that concern only one connection. A request
 * that is clean already comes back as the same object.
 */
public final class RequestHygiene {
  private static final int MAX_METHOD = 32;

  private RequestHygiene() {}

  /**
   * Returns the request as it goes on.
   *
   * @throws InvalidRequestException if the request is refused
   */
  public static GatewayRequest apply(GatewayRequest request, HygieneSettings settings) {
    checkMethod(request.method());
    Headers headers = request.headers();
    int found = scan(headers, settings.underscoreHeaders());
    if ((found & HeaderKind.SEEN_LENGTH) != 0) {
      checkLength(headers.get("content-length"), request.body());
    }
    if ((found & HeaderKind.SEEN_EXPECT) != 0) {
      checkExpect(headers);
    }
    if ((found & HeaderKind.SEEN_UPGRADE) != 0) {
      checkUpgrade(request);
    }
    String authority = authority(request, (found & HeaderKind.SEEN_HOST) != 0);
    if ((found & HeaderKind.DIRTY) != 0) {
      headers = HopByHop.withoutForRequest(headers, settings.underscoreHeaders());
    }
    String scheme = scheme(request.scheme());
    String path = path(request, settings.pathNormalization());
    String query = request.query() == null ? null : CanonicalQuery.of(request.query());
    Body body = body(request, settings.dropGetBody());
    if (!body.equals(request.body())) {
      headers = headers.without("content-length").without("content-type");
    }
    if (isSame(request, headers, scheme, authority, path, query, body)) {
      return request;
    }
    return request.toBuilder()
        .headers(headers)
        .scheme(scheme)
        .authority(authority)
        .path(path)
        .query(query)
        .body(body)
        .build();
  }

  private static boolean isSame(
      GatewayRequest request,
      Headers headers,
      String scheme,
      String authority,
      String path,
      @Nullable String query,
      Body body) {
    return headers.equals(request.headers())
        && scheme.equals(request.scheme())
        && authority.equals(request.authority())
        && path.equals(request.pathAsSent())
        && Objects.equals(query, request.query())
        && body.equals(request.body());
  }

  private static void checkMethod(String method) {
    if (method.length() > MAX_METHOD || !HeaderRules.isToken(method)) {
      throw malformed("method");
    }
    if (method.equalsIgnoreCase("TRACE") || method.equalsIgnoreCase("TRACK")) {
      throw new InvalidRequestException(405, "method not allowed", method);
    }
  }

  /** Checks every header line; returns what kinds were there. */
  private static int scan(Headers headers, UnderscoreHeaders underscores) {
    int found = 0;
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      if (!HeaderRules.isToken(name)) {
        throw malformed("header name");
      }
      if (!HeaderRules.isValue(headers.value(i))) {
        throw malformed("value of " + name);
      }
      if (name.indexOf('_') >= 0 && underscores != UnderscoreHeaders.ALLOW) {
        if (underscores == UnderscoreHeaders.REJECT) {
          throw malformed("header name with an underscore: " + name);
        }
        found |= HeaderKind.DIRTY;
      }
      int kind = HeaderKind.of(name);
      if ((kind & found & HeaderKind.SINGLETONS) != 0) {
        throw malformed("header that must not be repeated: " + name);
      }
      found |= kind;
    }
    return found;
  }

  private static void checkLength(@Nullable String value, Body body) {
    if (value == null || value.isEmpty() || value.length() > 19) {
      throw malformed("content-length");
    }
    long length = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < '0' || c > '9') {
        throw malformed("content-length");
      }
      length = length * 10 + c - '0';
    }
    if (length < 0 || (body.length() >= 0 && body.length() != length)) {
      throw malformed("content-length other than the length of the content");
    }
  }

  private static void checkExpect(Headers headers) {
    for (String expect : headers.all("expect")) {
      if (!expect.equalsIgnoreCase("100-continue")) {
        throw new InvalidRequestException(417, "expectation failed", "expect: " + expect);
      }
    }
  }

  // An upgrade exists only between HTTP/1.1 peers and if Connection names it (RFC 9110 §7.8).
  // Tokens nobody supports are taken out with the other hop-by-hop headers.
  private static void checkUpgrade(GatewayRequest request) {
    Headers headers = request.headers();
    if (request.version() == HttpVersion.HTTP_1_1
        && HopByHop.hasToken(headers, "connection", "upgrade")
        && HopByHop.hasToken(headers, "upgrade", "websocket")) {
      throw new InvalidRequestException(501, "upgrade not supported", "upgrade: websocket");
    }
  }

  private static String authority(GatewayRequest request, boolean hostHeader) {
    String authority = request.authority();
    try {
      String canonical = authority.isEmpty() ? authority : Authority.canonical(authority);
      String host = hostHeader ? request.header("host") : null;
      if (host == null) {
        return canonical;
      }
      if (!canonical.isEmpty() && !canonical.equals(Authority.canonical(host))) {
        throw malformed("host other than the authority of the target");
      }
      return Authority.canonical(host);
    } catch (IllegalArgumentException e) {
      throw malformed("authority: " + e.getMessage());
    }
  }

  private static String scheme(String scheme) {
    if (scheme.equals("http") || scheme.equals("https")) {
      return scheme;
    }
    if (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")) {
      return scheme.length() == 4 ? "http" : "https";
    }
    throw malformed("scheme");
  }

  private static String path(GatewayRequest request, PathNormalization how) {
    String path = request.pathAsSent();
    boolean noPath =
        request.method().equals("CONNECT")
            || (request.method().equals("OPTIONS") && path.equals("*"));
    return noPath ? path : CanonicalPath.of(path, how);
  }

  private static Body body(GatewayRequest request, boolean drop) {
    Body body = request.body();
    boolean none = request.method().equals("GET") || request.method().equals("HEAD");
    if (!none || body.length() == 0) {
      return body;
    }
    if (!drop) {
      throw new InvalidRequestException(
          400, "body not supported for method", request.method() + " with content");
    }
    body.discard();
    return Body.empty();
  }
}
