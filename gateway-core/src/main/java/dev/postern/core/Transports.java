package dev.postern.core;

import dev.postern.core.spi.PolicySet;
import dev.postern.core.upstream.Transport;
import java.time.Duration;

/** Reads how to connect from the policies of a backend. */
final class Transports {
  private Transports() {}

  static Transport of(PolicySet policies) {
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
