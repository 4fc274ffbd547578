package dev.postern.core;

import dev.postern.core.telemetry.Logging;
import dev.postern.core.telemetry.Metrics;
import dev.postern.core.upstream.Transport;
import java.time.Duration;
import java.util.List;
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
 * @param exposeEnv the variables of the environment that expressions see as {@code env.vars}; none
 *     by default
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
    Logging logging,
    List<String> exposeEnv) {
  /** The defaults of an embedded gateway: no servers of its own. */
  public static final ProcessSettings DEFAULT = builder().build();

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
    exposeEnv = exposeEnv == null ? List.of() : List.copyOf(exposeEnv);
    for (String name : exposeEnv) {
      if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
        throw new IllegalArgumentException(
            "exposeEnv: \"" + name + "\" (expected: the name of an environment variable)");
      }
    }
  }

  /** Returns a builder that starts with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts with these values. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.statsAddr = statsAddr;
    builder.readinessAddr = readinessAddr;
    builder.connectionTerminationDeadline = connectionTerminationDeadline;
    builder.connectionMinTerminationDeadline = connectionMinTerminationDeadline;
    builder.connectTimeout = connectTimeout;
    builder.lookupFamily = lookupFamily;
    builder.maxBufferedBytes = maxBufferedBytes;
    builder.metrics = metrics;
    builder.logging = logging;
    builder.exposeEnv = exposeEnv;
    return builder;
  }

  /** Returns how to connect to servers that no policy says more about. */
  Transport transport() {
    return new Transport(null, Transport.Version.AUTO, connectTimeout, null, lookupFamily);
  }

  /** Collects settings. Not safe for concurrent use. */
  public static final class Builder {
    private @Nullable String statsAddr;
    private @Nullable String readinessAddr;
    private @Nullable Duration connectionTerminationDeadline;
    private @Nullable Duration connectionMinTerminationDeadline;
    private @Nullable Duration connectTimeout;
    private Transport.@Nullable LookupFamily lookupFamily;
    private @Nullable Long maxBufferedBytes;
    private @Nullable Metrics metrics;
    private @Nullable Logging logging;
    private @Nullable List<String> exposeEnv;

    private Builder() {}

    /** Sets where metrics are served, as {@code host:port}. */
    public Builder statsAddr(String statsAddr) {
      this.statsAddr = statsAddr;
      return this;
    }

    /** Sets where readiness is served, as {@code host:port}. */
    public Builder readinessAddr(String readinessAddr) {
      this.readinessAddr = readinessAddr;
      return this;
    }

    /** Sets how long requests in flight may take at the end. */
    public Builder connectionTerminationDeadline(Duration connectionTerminationDeadline) {
      this.connectionTerminationDeadline = connectionTerminationDeadline;
      return this;
    }

    /** Sets for how long connections are still accepted at the end. */
    public Builder connectionMinTerminationDeadline(Duration connectionMinTerminationDeadline) {
      this.connectionMinTerminationDeadline = connectionMinTerminationDeadline;
      return this;
    }

    /** Sets the time for one upstream connection. */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = connectTimeout;
      return this;
    }

    /** Sets which addresses of upstream names are used. */
    public Builder lookupFamily(Transport.LookupFamily lookupFamily) {
      this.lookupFamily = lookupFamily;
      return this;
    }

    /** Sets the most body bytes held in memory at a time. */
    public Builder maxBufferedBytes(long maxBufferedBytes) {
      this.maxBufferedBytes = maxBufferedBytes;
      return this;
    }

    /** Sets which metrics are collected. */
    public Builder metrics(Metrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /** Sets how logs look and how much they say. */
    public Builder logging(Logging logging) {
      this.logging = logging;
      return this;
    }

    /** Sets the variables of the environment that expressions see as {@code env.vars}. */
    public Builder exposeEnv(List<String> exposeEnv) {
      this.exposeEnv = exposeEnv;
      return this;
    }

    /** Returns the settings. */
    @SuppressWarnings("NullAway") // absent values become defaults in the record
    public ProcessSettings build() {
      return new ProcessSettings(
          statsAddr,
          readinessAddr,
          connectionTerminationDeadline,
          connectionMinTerminationDeadline,
          connectTimeout,
          lookupFamily,
          maxBufferedBytes,
          metrics,
          logging,
          exposeEnv);
    }
  }
}
