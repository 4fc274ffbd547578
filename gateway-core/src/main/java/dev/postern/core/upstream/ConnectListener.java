package dev.postern.core.upstream;

/** Is told of every new connection to an upstream. Must not block. */
@FunctionalInterface
public interface ConnectListener {
  /** Takes no notice. */
  ConnectListener NONE = (transport, nanos) -> {};

  /**
   * Takes one connection.
   *
   * @param transport {@code plaintext}, {@code tls}, or through a proxy {@code tunnel} or {@code
   *     tunnel-tls}
   * @param nanos how long it took, TLS handshake included, name resolution not
   */
  void connected(String transport, long nanos);
}
