package dev.postern.core;

import dev.postern.core.telemetry.Logging;
import dev.postern.core.telemetry.Metrics;
import dev.postern.core.upstream.Transport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the process, read once at start: in YAML the section {@code config}.
 *
 * @param statsAddr where metrics are served, as {@code host:port}; null or {@code off} for nowhere
 * @param readinessAddr where readiness is served, likewise
 * @param connectionTerminationDeadline how long requests in flight may take at the end; 5 seconds
 *     by default
 * @param connectionMinTerminationDeadline for how long connections are still accepted at the end;
 *     not at all by default
 * @param connectTimeout the time for one upstream connection; 10 seconds by default
 * @param lookupFamily which addresses of upstream names are used
 * @param maxBufferedBytes the most body bytes held in memory at a time; a quarter of the heap by
 *     default
 * @param metrics which metrics are collected; all by default
 * @param logging how logs look and how much they say
 */
public record ProcessSettings(
    @Nullable String statsAddr,
    @Nullable String readinessAddr,
    Duration connectionTerminationDeadline,
    Duration connectionMinTerminationDeadline,
    Duration connectTimeout,
    Transport.LookupFamily lookupFamily,
    Long maxBufferedBytes,
    Metrics metrics,
    Logging logging) {
  /** The defaults of an embedded gateway: no servers of its own. */
  @SuppressWarnings("NullAway") // absent values become defaults in the record
  public static final ProcessSettings DEFAULT =
      new ProcessSettings(null, null, null, null, null, null, null, null, null);

  /** Sets the defaults and checks the values. */
  public ProcessSettings {
    connectionTerminationDeadline =
        Checks.notNegative(
            "connectionTerminationDeadline",
            Checks.orElse(connectionTerminationDeadline, Duration.ofSeconds(5)));
    connectionMinTerminationDeadline =
        Checks.notNegative(
            "connectionMinTerminationDeadline",
            Checks.orElse(connectionMinTerminationDeadline, Duration.ZERO));
    connectTimeout =
        Checks.positive("connectTimeout", Checks.orElse(connectTimeout, Duration.ofSeconds(10)));
    lookupFamily = Checks.orElse(lookupFamily, Transport.LookupFamily.ALL);
    maxBufferedBytes = Checks.orElse(maxBufferedBytes, Runtime.getRuntime().maxMemory() / 4);
    metrics = Checks.orElse(metrics, Metrics.DEFAULT);
    logging = Checks.orElse(logging, Logging.DEFAULT);
  }

  /** Returns how to connect to servers that no policy says more about. */
  Transport transport() {
    return new Transport(null, Transport.Version.AUTO, connectTimeout, null, lookupFamily);
  }
}
