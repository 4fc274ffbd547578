package dev.postern.core;

import dev.postern.core.spi.Policy;
import dev.postern.core.upstream.Transport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How HTTP is spoken to a backend.
 *
 * @param version {@code HTTP/1.1} or {@code HTTP/2}; by default HTTP/1.1 without TLS and what the
 *     endpoint prefers with it
 * @param requestTimeout the time for one attempt, instead of the route's {@code
 *     backendRequestTimeout}
 */
public record Http(@Nullable String version, @Nullable Duration requestTimeout) implements Policy {
  /** Checks the values. */
  public Http {
    if (version != null && !version.equals("HTTP/1.1") && !version.equals("HTTP/2")) {
      throw new IllegalArgumentException("version: " + version + " (expected: HTTP/1.1 or HTTP/2)");
    }
    if (requestTimeout != null) {
      Checks.notNegative("requestTimeout", requestTimeout);
    }
  }

  /** Returns a policy that asks for one version. */
  public static Http version(String version) {
    return new Http(version, null);
  }

  @Override
  public String kind() {
    return "http";
  }

  /** Returns the version in the terms of the upstream client. */
  Transport.Version transportVersion() {
    return switch (version) {
      case null -> Transport.Version.AUTO;
      case "HTTP/1.1" -> Transport.Version.HTTP_1_1;
      default -> Transport.Version.HTTP_2;
    };
  }
}
