package dev.postern.core.listener;

import dev.postern.core.exchange.Exchange;

/**
 * Is told what happens on the connections of a listener outside of the exchanges its handler sees.
 * Called on event loops: must not block, and be safe for concurrent use.
 */
public interface ConnectionObserver {
  /** Looks at nothing. */
  ConnectionObserver NONE = new ConnectionObserver() {};

  /** A connection was accepted. */
  default void accepted() {}

  /** A connection has ended; the bytes are those on the wire. */
  default void closed(long received, long sent) {}

  /** A TLS handshake has succeeded, counted from the first message of the client. */
  default void handshake(long nanos) {}

  /**
   * A request was answered that no handler sees. Its record knows status and reason; it ends as
   * soon as this returns.
   */
  default void refused(Exchange exchange) {}
}
