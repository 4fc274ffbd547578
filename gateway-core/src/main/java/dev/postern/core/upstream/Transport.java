package dev.postern.core.upstream;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to connect to endpoints. Equal transports share connections; different ones never do.
 *
 * @param tls how to verify the endpoint and identify to it, or null for the JVM's own trust;
 *     ignored for endpoints without TLS
 * @param version which HTTP to speak
 * @param connectTimeout the time for one connection, TLS handshake included
 * @param proxy the HTTP proxy to go through, or null to connect directly
 * @param lookupFamily which addresses of a name to use, and in which order
 */
public record Transport(
    @Nullable TlsIdentity tls,
    Version version,
    Duration connectTimeout,
    @Nullable Endpoint proxy,
    LookupFamily lookupFamily) {
  /** Direct, the JVM's own trust, HTTP/1.1 or what TLS negotiates, 10 seconds to connect. */
  public static final Transport DEFAULT =
      new Transport(null, Version.AUTO, Duration.ofSeconds(10), null, LookupFamily.ALL);

  /** Which HTTP to speak. */
  public enum Version {
    /** HTTP/1.1 without TLS; with TLS what the endpoint prefers of HTTP/2 and HTTP/1.1. */
    AUTO,
    /** HTTP/1.1 only. */
    HTTP_1_1,
    /** HTTP/2 only; without TLS by prior knowledge. */
    HTTP_2;

    /**
     * Returns the version that offers these protocols in a TLS handshake.
     *
     * @throws IllegalArgumentException if there is another than {@code h2} and {@code http/1.1}, or
     *     none
     */
    public static Version ofAlpn(List<String> protocols) {
      for (String protocol : protocols) {
        if (!protocol.equals("h2") && !protocol.equals("http/1.1")) {
          throw new IllegalArgumentException("alpn: " + protocol + " (expected: h2 or http/1.1)");
        }
      }
      boolean h2 = protocols.contains("h2");
      if (!h2 && protocols.isEmpty()) {
        throw new IllegalArgumentException("alpn: empty (expected: h2 or http/1.1)");
      }
      return !h2 ? HTTP_1_1 : protocols.contains("http/1.1") ? AUTO : HTTP_2;
    }
  }

  /** Which addresses of a name to use. */
  public enum LookupFamily {
    /** All, in the resolver's order. */
    ALL,
    /** All, IPv4 first. */
    V4_PREFERRED,
    /** IPv4 only. */
    V4_ONLY,
    /** IPv6 only. */
    V6_ONLY
  }
}
