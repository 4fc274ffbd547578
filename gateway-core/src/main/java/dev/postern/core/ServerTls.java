package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.listener.ServerNameTls;
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
 * @param minTLSVersion the oldest version to speak; TLS 1.2 by default
 * @param maxTLSVersion the newest version to speak; TLS 1.3 by default
 * @param cipherSuites the suites to offer, in order; the JVM's own by default
 * @param keyExchangeGroups the groups to offer, in order; the JVM's own by default
 */
public record ServerTls(
    Path cert,
    Path key,
    @Nullable Path root,
    ClientAuth clientAuth,
    Version minTLSVersion,
    Version maxTLSVersion,
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
    minTLSVersion = Checks.orElse(minTLSVersion, Version.TLS_V1_2);
    maxTLSVersion = Checks.orElse(maxTLSVersion, Version.TLS_V1_3);
    cipherSuites = Checks.list(cipherSuites);
    keyExchangeGroups = Checks.list(keyExchangeGroups);
    if (minTLSVersion.compareTo(maxTLSVersion) > 0) {
      throw new IllegalArgumentException(
          "minTLSVersion: " + minTLSVersion + " (expected: at most " + maxTLSVersion + ")");
    }
  }

  /** Returns TLS with this certificate and key. */
  public static ServerTls of(Path cert, Path key) {
    return new ServerTls(
        requireNonNull(cert, "cert"),
        requireNonNull(key, "key"),
        null,
        ClientAuth.REQUIRED,
        Version.TLS_V1_2,
        Version.TLS_V1_3,
        List.of(),
        List.of());
  }

  /** Returns this TLS, asking clients for a certificate of these authorities. */
  public ServerTls root(Path root) {
    return new ServerTls(
        cert, key, root, clientAuth, minTLSVersion, maxTLSVersion, cipherSuites, keyExchangeGroups);
  }

  /** Returns what the bundled listener needs, for connections that ask for {@code hostname}. */
  ServerNameTls forName(@Nullable String hostname) {
    return new ServerNameTls(
        hostname == null || hostname.equals("*") ? null : hostname,
        cert,
        key,
        root,
        ServerNameTls.ClientAuth.valueOf(clientAuth.name()),
        ServerNameTls.Version.valueOf(minTLSVersion.name()),
        ServerNameTls.Version.valueOf(maxTLSVersion.name()),
        cipherSuites,
        keyExchangeGroups);
  }
}
