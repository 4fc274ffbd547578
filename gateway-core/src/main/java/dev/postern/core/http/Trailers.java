package dev.postern.core.http;

import java.util.Locale;
import java.util.Set;

/** Header lines after the content. */
public final class Trailers {
  private static final Set<String> FORBIDDEN =
      Set.of(
          "age",
          "authorization",
          "cache-control",
          "connection",
          "cookie",
          "date",
          "expect",
          "expires",
          "forwarded",
          "host",
          "http2-settings",
          "keep-alive",
          "location",
          "max-forwards",
          "pragma",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "range",
          "retry-after",
          "set-cookie",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "vary",
          "via",
          "warning",
          "www-authenticate",
          "x-real-ip",
          "x-original-url",
          "x-rewrite-url");

  private Trailers() {}

  /**
   * Returns the trailer lines that may be passed on; the same object if all may. Whatever frames,
   * routes, authenticates or describes the content came too late to be believed (RFC 9110 §6.5.1).
   */
  public static Headers clean(Headers trailers) {
    boolean clean = true;
    for (int i = 0; i < trailers.size(); i++) {
      clean &= isAllowed(trailers, i);
    }
    if (clean) {
      return trailers;
    }
    Headers.Builder kept = Headers.builder();
    for (int i = 0; i < trailers.size(); i++) {
      if (isAllowed(trailers, i)) {
        kept.add(trailers.name(i), trailers.value(i));
      }
    }
    return kept.build();
  }

  private static boolean isAllowed(Headers trailers, int i) {
    String name = trailers.name(i).toLowerCase(Locale.ROOT);
    return HeaderRules.isToken(name)
        && HeaderRules.isValue(trailers.value(i))
        && !FORBIDDEN.contains(name)
        && !name.startsWith("content-")
        && !name.startsWith("if-")
        && !ForwardingHeaders.isForwarding(name);
  }
}
