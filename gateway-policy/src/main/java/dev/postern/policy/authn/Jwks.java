package dev.postern.policy.authn;

import static java.util.Objects.requireNonNull;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonException;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of an issuer, as a JSON Web Key Set: here, in a file, or at a URL.
 *
 * @param keys the keys themselves, or null
 * @param file a file with the set, followed as it changes, or null
 * @param url where to fetch the set, or null; {@code https}, unless it is at this machine
 * @param maxStale how long keys are used when newer ones cannot be fetched; a day by default
 * @param allowInsecure whether the URL may be {@code http} anywhere
 * @param policies what holds for the calls to the URL, as for a backend: {@code backendTLS}, {@code
 *     backendAuth} and so on
 */
public record Jwks(
    @Nullable List<Json> keys,
    @Nullable Path file,
    @Nullable String url,
    Duration maxStale,
    boolean allowInsecure,
    PolicySet policies) {
  /** How long keys are used by default when newer ones cannot be fetched. */
  public static final Duration DEFAULT_MAX_STALE = Duration.ofDays(1);

  /** Sets the default, and checks that the keys come from one place. */
  public Jwks {
    keys = keys == null ? null : List.copyOf(keys);
    maxStale = maxStale == null ? DEFAULT_MAX_STALE : maxStale;
    policies = policies == null ? PolicySet.EMPTY : policies;
    int places = (keys == null ? 0 : 1) + (file == null ? 0 : 1) + (url == null ? 0 : 1);
    if (places != 1) {
      throw new IllegalArgumentException(
          (places == 0 ? "no keys" : "several places of keys")
              + " (expected: one of keys, file, url)");
    }
    if (maxStale.isNegative()) {
      throw new IllegalArgumentException("maxStale: " + maxStale + " (expected: zero or more)");
    }
    if (url == null && !policies.isEmpty()) {
      throw new IllegalArgumentException("policies: set without url (expected: together with url)");
    }
    if (keys != null) {
      KeySet.of(keys);
    }
    if (url != null) {
      checkUrl(url, allowInsecure);
    }
  }

  /**
   * Reads a set that is written as JSON.
   *
   * @throws IllegalArgumentException if the text is none
   */
  public static Jwks parse(String json) {
    try {
      return new Jwks(
          KeySet.keysOf(Json.parse(json)), null, null, DEFAULT_MAX_STALE, false, PolicySet.EMPTY);
    } catch (JsonException e) {
      throw new IllegalArgumentException("no JSON (expected: a JSON Web Key Set)", e);
    }
  }

  /** Returns the set in a file. */
  public static Jwks file(Path file) {
    return new Jwks(
        null, requireNonNull(file, "file"), null, DEFAULT_MAX_STALE, false, PolicySet.EMPTY);
  }

  /** Returns the set at a URL. */
  public static Jwks url(String url) {
    return new Jwks(
        null, null, requireNonNull(url, "url"), DEFAULT_MAX_STALE, false, PolicySet.EMPTY);
  }

  /** Returns this set, with another time for which old keys are used. */
  public Jwks maxStale(Duration maxStale) {
    return new Jwks(keys, file, url, maxStale, allowInsecure, policies);
  }

  /** Returns the set at a URL, which may be {@code http} if {@code allowInsecure}. */
  public static Jwks url(String url, boolean allowInsecure) {
    return new Jwks(
        null, null, requireNonNull(url, "url"), DEFAULT_MAX_STALE, allowInsecure, PolicySet.EMPTY);
  }

  /**
   * Returns this set, fetched as these policies say: with a private authority, with credentials.
   */
  public Jwks policies(Policy... policies) {
    return new Jwks(keys, file, url, maxStale, allowInsecure, PolicySet.of(policies));
  }

  private static void checkUrl(String url, boolean allowInsecure) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("url: no URL (expected: https://host/path)", e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    String host = uri.getHost();
    if (host == null
        || uri.getRawUserInfo() != null
        || uri.getRawFragment() != null
        || !(scheme.equals("https") || scheme.equals("http"))) {
      throw new IllegalArgumentException("url: no such URL (expected: https://host/path)");
    }
    if (scheme.equals("http") && !allowInsecure && !isLoopback(host)) {
      throw new IllegalArgumentException(
          "url: not encrypted (expected: https, or allowInsecure: true)");
    }
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }

  static List<Json> elements(Json list) {
    return list instanceof JsonArray array ? array.elements() : List.of();
  }
}
