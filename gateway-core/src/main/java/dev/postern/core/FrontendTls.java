package dev.postern.core;

import dev.postern.core.ServerTls.Version;
import dev.postern.core.listener.ServerNameTls;
import dev.postern.core.listener.TlsAlgorithms;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards clients on all listeners that have a certificate. What a listener's own {@link
 * ServerTls} says about versions, suites and groups wins, each by itself.
 *
 * @param handshakeTimeout how long a handshake may take before the connection is closed; 15 seconds
 *     by default
 * @param alpn the protocols to offer, in order of preference: {@code h2} and {@code http/1.1}, both
 *     by default. With a list, a client that asks for others only is refused
 * @param minVersion the oldest version to speak; TLS 1.2 by default
 * @param maxVersion the newest version to speak; TLS 1.3 by default
 * @param cipherSuites the suites to offer, in order; the JVM's own by default
 * @param keyExchangeGroups the groups to offer, in order; the JVM's own by default
 */
public record FrontendTls(
    Duration handshakeTimeout,
    List<String> alpn,
    Version minVersion,
    Version maxVersion,
    List<String> cipherSuites,
    List<String> keyExchangeGroups) {
  /** The defaults. */
  public static final FrontendTls DEFAULT = builder().build();

  /** Sets the defaults and checks the values. */
  public FrontendTls {
    handshakeTimeout =
        Checks.positive(
            "handshakeTimeout", Checks.orElse(handshakeTimeout, Duration.ofSeconds(15)));
    alpn = Checks.list(alpn);
    minVersion = Checks.orElse(minVersion, Version.TLS_V1_2);
    maxVersion = Checks.orElse(maxVersion, Version.TLS_V1_3);
    cipherSuites = Checks.list(cipherSuites);
    keyExchangeGroups = Checks.list(keyExchangeGroups);
    for (int i = 0; i < alpn.size(); i++) {
      if (!ServerNameTls.PROTOCOLS.contains(alpn.get(i))) {
        throw new IllegalArgumentException(
            "alpn[" + i + "]: " + alpn.get(i) + " is not supported (expected: h2 or http/1.1)");
      }
    }
    ServerTls.checkOrder("minVersion", minVersion, maxVersion);
    List<String> unusedSuites = TlsAlgorithms.cipherSuites(cipherSuites);
    List<String> unusedGroups = TlsAlgorithms.groups(keyExchangeGroups);
  }

  /** Returns a builder that starts with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings of TLS. Not safe for concurrent use. */
  public static final class Builder {
    private @Nullable Duration handshakeTimeout;
    private List<String> alpn = List.of();
    private @Nullable Version minVersion;
    private @Nullable Version maxVersion;
    private List<String> cipherSuites = List.of();
    private List<String> keyExchangeGroups = List.of();

    private Builder() {}

    /** Sets how long a handshake may take. */
    public Builder handshakeTimeout(Duration handshakeTimeout) {
      this.handshakeTimeout = handshakeTimeout;
      return this;
    }

    /** Sets the protocols to offer, in order of preference. */
    public Builder alpn(String... alpn) {
      this.alpn = List.of(alpn);
      return this;
    }

    /** Sets the oldest version to speak. */
    public Builder minVersion(Version minVersion) {
      this.minVersion = minVersion;
      return this;
    }

    /** Sets the newest version to speak. */
    public Builder maxVersion(Version maxVersion) {
      this.maxVersion = maxVersion;
      return this;
    }

    /** Sets the suites to offer, in order. */
    public Builder cipherSuites(String... cipherSuites) {
      this.cipherSuites = List.of(cipherSuites);
      return this;
    }

    /** Sets the groups to offer, in order. */
    public Builder keyExchangeGroups(String... keyExchangeGroups) {
      this.keyExchangeGroups = List.of(keyExchangeGroups);
      return this;
    }

    /** Returns the settings. */
    @SuppressWarnings("NullAway") // absent values become defaults in the record
    public FrontendTls build() {
      return new FrontendTls(
          handshakeTimeout, alpn, minVersion, maxVersion, cipherSuites, keyExchangeGroups);
    }
  }
}
