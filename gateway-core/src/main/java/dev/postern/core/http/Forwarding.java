package dev.postern.core.http;

import java.util.List;
import java.util.Locale;

/**
 * How the gateway learns and tells where requests come from.
 *
 * @param trustedProxies address ranges of proxies whose forwarding headers are believed
 * @param trustedHops instead of ranges: how many proxies stand in front of the gateway
 * @param mode what happens to forwarding headers that came with a request
 * @param headers which forwarding headers the gateway writes
 * @param internalHosts when not empty, the only upstream hosts that are told; exact or {@code *.}
 *     and a domain
 * @param toProviders whether LLM providers are told, too
 */
public record Forwarding(
    List<String> trustedProxies,
    int trustedHops,
    Mode mode,
    Written headers,
    List<String> internalHosts,
    boolean toProviders) {
  /** No proxies are trusted by number by default. */
  public static final int DEFAULT_TRUSTED_HOPS = 0;

  /** What holds when nothing is configured. */
  public static final Forwarding DEFAULT =
      new Forwarding(List.of(), 0, Mode.APPEND, Written.X_FORWARDED, List.of(), false);

  /** Checks the values; absent ones take their defaults. */
  public Forwarding {
    trustedProxies = trustedProxies == null ? List.of() : List.copyOf(trustedProxies);
    internalHosts = internalHosts == null ? List.of() : List.copyOf(internalHosts);
    mode = mode == null ? Mode.APPEND : mode;
    headers = headers == null ? Written.X_FORWARDED : headers;
    for (int i = 0; i < trustedProxies.size(); i++) {
      try {
        Cidr.parse(trustedProxies.get(i));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("trustedProxies[" + i + "]: " + e.getMessage(), e);
      }
    }
    if (trustedHops < 0 || trustedHops > 64) {
      throw new IllegalArgumentException("trustedHops: " + trustedHops + " (expected: 0..64)");
    }
    if (trustedHops > 0 && !trustedProxies.isEmpty()) {
      throw new IllegalArgumentException(
          "trustedHops: " + trustedHops + " (expected: not together with trustedProxies)");
    }
  }

  /** Returns whether requests to this upstream host carry forwarding headers. */
  public boolean tells(String host) {
    if (internalHosts.isEmpty()) {
      return true;
    }
    String canonical = host.toLowerCase(Locale.ROOT);
    for (String internal : internalHosts) {
      String name = internal.toLowerCase(Locale.ROOT);
      if (name.startsWith("*.") ? canonical.endsWith(name.substring(1)) : canonical.equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** What happens to forwarding headers that came with a request. */
  public enum Mode {
    /** They are kept if a trusted proxy sent them, and the peer is added. */
    APPEND,
    /** They are replaced by what the gateway sees itself. */
    OVERWRITE,
    /** They are removed and none are written. */
    REMOVE,
    /** They pass as they came, whoever sent them, and none are written. Unsafe. */
    PASSTHROUGH
  }

  /** Which forwarding headers the gateway writes. */
  public enum Written {
    /** {@code X-Forwarded-For}, {@code -Proto}, {@code -Host} and {@code -Port}. */
    X_FORWARDED,
    /** {@code Forwarded} of RFC 7239. */
    FORWARDED,
    /** Both. */
    BOTH,
    /** None. */
    NONE
  }
}
