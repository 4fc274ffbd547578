package dev.postern.llm.select;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider is, if not where it usually is.
 *
 * @param baseUrl an http(s) URL that replaces scheme, host, port and the usual start of paths
 * @param hostOverride {@code host:port} in place of the provider's; without TLS unless a policy
 *     says so or the port is 443
 * @param pathOverride a path in place of all the provider's
 * @param pathPrefix the start of paths in place of the provider's
 */
public record Location(
    @Nullable String baseUrl,
    @Nullable String hostOverride,
    @Nullable String pathOverride,
    @Nullable String pathPrefix) {
  /** Where the provider usually is. */
  public static final Location USUAL = new Location(null, null, null, null);

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if one is malformed, or the base URL stands beside others
   */
  public Location {
    if (baseUrl != null) {
      checkBaseUrl(baseUrl);
      if (hostOverride != null || pathOverride != null || pathPrefix != null) {
        throw new IllegalArgumentException(
            "baseUrl: set beside hostOverride, pathOverride or pathPrefix (expected: only one)");
      }
    }
    if (hostOverride != null
        && (hostOverride.isEmpty() || hostOverride.contains("/") || hostOverride.contains("@"))) {
      throw new IllegalArgumentException(
          "hostOverride: " + hostOverride + " (expected: host:port)");
    }
    checkPath("pathOverride", pathOverride);
    checkPath("pathPrefix", pathPrefix);
  }

  /** Returns the location at a base URL, as in {@code http://localhost:8000/v1}. */
  public static Location baseUrl(String baseUrl) {
    return new Location(baseUrl, null, null, null);
  }

  private static void checkBaseUrl(String baseUrl) {
    URI uri;
    try {
      uri = new URI(baseUrl);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("baseUrl: " + baseUrl + " (expected: an http(s) URL)", e);
    }
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!http || uri.getHost() == null) {
      throw new IllegalArgumentException("baseUrl: " + baseUrl + " (expected: an http(s) URL)");
    }
    if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "baseUrl: has user info, a query or a fragment (expected: none of them)");
    }
  }

  private static void checkPath(String name, @Nullable String path) {
    if (path != null && !path.startsWith("/")) {
      throw new IllegalArgumentException(
          name + ": " + path + " (expected: a path that starts with /)");
    }
  }
}
