package dev.postern.core;

import dev.postern.core.spi.PolicySet;
import dev.postern.core.upstream.Transport;
import java.time.Duration;

/** Reads how to connect from the policies of a backend. */
public final class Transports {
  private Transports() {}

  /** Returns how to connect to a backend for which these policies hold. */
  public static Transport of(PolicySet policies) {
    Http http = policies.find(Http.class);
    Tcp tcp = policies.find(Tcp.class);
    Duration connectTimeout =
        tcp == null ? Transport.DEFAULT.connectTimeout() : tcp.connectTimeout();
    return new Transport(
        null,
        http == null ? Transport.Version.AUTO : http.transportVersion(),
        connectTimeout,
        null,
        Transport.LookupFamily.ALL);
  }
}
