package dev.postern.core;

import dev.postern.core.listener.TcpKeepAlive;

/**
 * How connections of clients are held.
 *
 * @param keepalives how silent connections are probed; after three minutes by default
 */
public record FrontendTcp(TcpKeepAlive keepalives) {
  /** The defaults. */
  public static final FrontendTcp DEFAULT = new FrontendTcp(TcpKeepAlive.DEFAULT);

  /** Sets the default. */
  public FrontendTcp {
    keepalives = Checks.orElse(keepalives, TcpKeepAlive.DEFAULT);
  }
}
