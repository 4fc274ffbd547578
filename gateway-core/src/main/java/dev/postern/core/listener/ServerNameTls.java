package dev.postern.core.listener;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The TLS side of one listener: its certificate and what it asks of clients. The names are those of
 * {@code tls} in a listener.
 *
 * @param serverName the name in the client's handshake it is for, {@code *.example.com} for all
 *     directly below a name, or null for what no other fits
 * @param cert the file of the certificate chain, PEM
 * @param key the file of its private key, PEM: PKCS#8, PKCS#1 or SEC1, not encrypted
 * @param root the file of the authorities that client certificates must come from, PEM, or null to
 *     want none
 * @param clientAuth whether a client certificate is needed when {@code root} is set
 * @param minTlsVersion the lowest version
 * @param maxTlsVersion the highest version
 * @param cipherSuites the cipher suites in order of preference; empty for the JVM's
 * @param keyExchangeGroups the key exchange groups in order of preference; empty for the JVM's
 * @param alpn which of {@link #PROTOCOLS} to offer, in order of preference; a client that asks for
 *     others only gets no connection. Empty for all, where such a client gets HTTP/1.1
 */
public record ServerNameTls(
    @Nullable String serverName,
    Path cert,
    Path key,
    @Nullable Path root,
    ClientAuth clientAuth,
    Version minTlsVersion,
    Version maxTlsVersion,
    List<String> cipherSuites,
    List<String> keyExchangeGroups,
    List<String> alpn) {
  /** The protocols that a listener speaks behind TLS, in its order of preference. */
  public static final List<String> PROTOCOLS = List.of("h2", "http/1.1");

  /** Whether a client certificate is needed. */
  public enum ClientAuth {
    /** No handshake without one. */
    REQUIRED,
    /** Verified if the client has one. */
    OPTIONAL
  }

  /** The versions of TLS. */
  public enum Version {
    /** TLS 1.2. */
    TLS_V1_2("TLSv1.2"),
    /** TLS 1.3. */
    TLS_V1_3("TLSv1.3");

    final String jsse;

    Version(String jsse) {
      this.jsse = jsse;
    }
  }

  /** Checks what needs no files. */
  public ServerNameTls {
    requireNonNull(cert, "cert");
    requireNonNull(key, "key");
    requireNonNull(clientAuth, "clientAuth");
    if (minTlsVersion.compareTo(maxTlsVersion) > 0) {
      throw new IllegalArgumentException(
          "minTLSVersion: " + minTlsVersion + " (expected: at most " + maxTlsVersion + ")");
    }
    cipherSuites = List.copyOf(cipherSuites);
    keyExchangeGroups = List.copyOf(keyExchangeGroups);
    alpn = List.copyOf(alpn);
  }

  /** Returns the settings for a certificate without further demands, for all names. */
  public static ServerNameTls of(Path cert, Path key) {
    return new ServerNameTls(
        null,
        cert,
        key,
        null,
        ClientAuth.REQUIRED,
        Version.TLS_V1_2,
        Version.TLS_V1_3,
        List.of(),
        List.of(),
        List.of());
  }

  /** Returns these settings for a server name. */
  public ServerNameTls withServerName(@Nullable String serverName) {
    return new ServerNameTls(
        serverName,
        cert,
        key,
        root,
        clientAuth,
        minTlsVersion,
        maxTlsVersion,
        cipherSuites,
        keyExchangeGroups,
        alpn);
  }

  /** Returns these settings with client certificates wanted. */
  public ServerNameTls withClientCertificates(Path root, ClientAuth clientAuth) {
    return new ServerNameTls(
        serverName,
        cert,
        key,
        root,
        clientAuth,
        minTlsVersion,
        maxTlsVersion,
        cipherSuites,
        keyExchangeGroups,
        alpn);
  }

  /** Returns these settings with a range of versions. */
  public ServerNameTls withVersions(Version minTlsVersion, Version maxTlsVersion) {
    return new ServerNameTls(
        serverName,
        cert,
        key,
        root,
        clientAuth,
        minTlsVersion,
        maxTlsVersion,
        cipherSuites,
        keyExchangeGroups,
        alpn);
  }

  /** Returns these settings with cipher suites. */
  public ServerNameTls withCipherSuites(List<String> cipherSuites) {
    return new ServerNameTls(
        serverName,
        cert,
        key,
        root,
        clientAuth,
        minTlsVersion,
        maxTlsVersion,
        cipherSuites,
        keyExchangeGroups,
        alpn);
  }

  /** Returns these settings with key exchange groups. */
  public ServerNameTls withKeyExchangeGroups(List<String> keyExchangeGroups) {
    return new ServerNameTls(
        serverName,
        cert,
        key,
        root,
        clientAuth,
        minTlsVersion,
        maxTlsVersion,
        cipherSuites,
        keyExchangeGroups,
        alpn);
  }

  /** Returns these settings with protocols to offer. */
  public ServerNameTls withAlpn(List<String> alpn) {
    return new ServerNameTls(
        serverName,
        cert,
        key,
        root,
        clientAuth,
        minTlsVersion,
        maxTlsVersion,
        cipherSuites,
        keyExchangeGroups,
        alpn);
  }

  /** Returns whether HTTP/2 is spoken. */
  boolean http2() {
    return alpn.isEmpty() || alpn.contains("h2");
  }
}
