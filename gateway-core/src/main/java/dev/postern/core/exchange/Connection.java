package dev.postern.core.exchange;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request came from.
 *
 * @param id names the connection in debug logs
 * @param bind the port it was accepted on, as configured, or 0 for an in-process call
 * @param remote the TCP peer, or null for an in-process call
 * @param local the accepting address, or null for an in-process call
 * @param tls whether the connection is encrypted
 * @param serverName the name the client asked for in its TLS handshake, or null
 * @param clientCertificates the verified chain of the client, leaf first; empty without
 */
public record Connection(
    String id,
    int bind,
    @Nullable InetSocketAddress remote,
    @Nullable InetSocketAddress local,
    boolean tls,
    @Nullable String serverName,
    List<X509Certificate> clientCertificates) {
  private static final Connection IN_PROCESS =
      new Connection("in-process", 0, null, null, false, null, List.of());

  /** Returns the connection of calls that never leave the JVM. */
  public static Connection inProcess() {
    return IN_PROCESS;
  }

  /** Returns whether the call never left the JVM. */
  public boolean isInProcess() {
    return remote == null;
  }
}
