package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.listener.ServerNameTls;
import dev.postern.core.listener.TlsAlgorithms;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards clients. Files are watched; a changed one takes effect without dropping connections.
 *
 * @param cert the certificate chain, PEM, leaf first
 * @param key its key, PEM
 * @param root the authorities of client certificates, PEM; when set, clients must show one
 * @param clientAuth whether a client certificate is required, when {@code root} is set; required by
 *     default
 * @param minTLSVersion the oldest version to speak, or null for that of {@link FrontendTls}
 * @param maxTLSVersion the newest version to speak, or null for that of {@link FrontendTls}
 * @param cipherSuites the suites to offer, in order; those of {@link FrontendTls} by default
 * @param keyExchangeGroups the groups to offer, in order; those of {@link FrontendTls} by default
 */
public record ServerTls(
    Path cert,
    Path key,
    @Nullable Path root,
    ClientAuth clientAuth,
    @Nullable Version minTLSVersion,
    @Nullable Version maxTLSVersion,
    List<String> cipherSuites,
    List<String> keyExchangeGroups) {
  /** Whether clients must show a certificate. */
  public enum ClientAuth {
    /** A connection without one fails. */
    REQUIRED,
    /** One that is shown must be valid. */
    OPTIONAL
  }

  /** A version of TLS. */
  public enum Version {
    /** TLS 1.2. */
    TLS_V1_2,
    /** TLS 1.3. */
    TLS_V1_3
  }

  /** Sets the defaults and checks the values. */
  public ServerTls {
    if (cert == null) {
      throw new IllegalArgumentException("tls requires 'cert'");
    }
    if (key == null) {
      throw new IllegalArgumentException("tls requires 'key'");
    }
    clientAuth = Checks.orElse(clientAuth, ClientAuth.REQUIRED);
    cipherSuites = Checks.list(cipherSuites);
    keyExchangeGroups = Checks.list(keyExchangeGroups);
    List<String> unusedSuites = TlsAlgorithms.cipherSuites(cipherSuites);
    List<String> unusedGroups = TlsAlgorithms.groups(keyExchangeGroups);
    if (minTLSVersion != null && maxTLSVersion != null) {
      checkOrder("minTLSVersion", minTLSVersion, maxTLSVersion);
    }
  }

  static void checkOrder(String field, Version least, Version most) {
    if (least.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          field + ": " + least + " (expected: at most " + most + ")");
    }
  }

  /** Returns TLS with this certificate and key. */
  public static ServerTls of(Path cert, Path key) {
    return new ServerTls(
        requireNonNull(cert, "cert"),
        requireNonNull(key, "key"),
        null,
        ClientAuth.REQUIRED,
        null,
        null,
        List.of(),
        List.of());
  }

  /** Returns this TLS, asking clients for a certificate of these authorities. */
  public ServerTls root(Path root) {
    return new ServerTls(
        cert, key, root, clientAuth, minTLSVersion, maxTLSVersion, cipherSuites, keyExchangeGroups);
  }

  /** Returns this TLS, speaking only these versions. */
  public ServerTls versions(Version minTLSVersion, Version maxTLSVersion) {
    return new ServerTls(
        cert, key, root, clientAuth, minTLSVersion, maxTLSVersion, cipherSuites, keyExchangeGroups);
  }

  /**
   * Returns what the bundled listener needs, for connections that ask for {@code hostname}.
   *
   * @param frontend says what this leaves open
   * @throws IllegalArgumentException if no version is left between the one's and the other's
   */
  ServerNameTls forName(@Nullable String hostname, FrontendTls frontend) {
    Version least = Checks.orElse(minTLSVersion, frontend.minVersion());
    Version most = Checks.orElse(maxTLSVersion, frontend.maxVersion());
    checkOrder("minTLSVersion", least, most);
    return new ServerNameTls(
        hostname == null || hostname.equals("*") ? null : hostname,
        cert,
        key,
        root,
        ServerNameTls.ClientAuth.valueOf(clientAuth.name()),
        ServerNameTls.Version.valueOf(least.name()),
        ServerNameTls.Version.valueOf(most.name()),
        cipherSuites.isEmpty() ? frontend.cipherSuites() : cipherSuites,
        keyExchangeGroups.isEmpty() ? frontend.keyExchangeGroups() : keyExchangeGroups,
        frontend.alpn());
  }
}
