package dev.postern.core;

import dev.postern.core.spi.Policy;
import java.time.Duration;

/**
 * How connections to a backend are made.
 *
 * @param connectTimeout the time for one connection, TLS handshake included; 10 seconds by default
 */
public record Tcp(Duration connectTimeout) implements Policy {
  /** Sets the default and checks the value. */
  public Tcp {
    connectTimeout =
        Checks.positive("connectTimeout", Checks.orElse(connectTimeout, Duration.ofSeconds(10)));
  }

  @Override
  public String kind() {
    return "tcp";
  }
}
