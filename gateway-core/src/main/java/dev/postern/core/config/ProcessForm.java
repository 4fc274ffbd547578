package dev.postern.core.config;

import dev.postern.core.ProcessSettings;
import dev.postern.core.text.Durations;
import dev.postern.core.upstream.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The section {@code config} as it is written. */
record ProcessForm(
    @Nullable String adminAddr,
    @Nullable String statsAddr,
    @Nullable String readinessAddr,
    @Nullable Duration connectionTerminationDeadline,
    @Nullable Duration connectionMinTerminationDeadline,
    @Nullable Dns dns,
    @Nullable Upstream backend,
    @Nullable List<String> sensitiveHeaders,
    @Nullable Limits limits) {
  static final ProcessForm EMPTY =
      new ProcessForm(null, null, null, null, null, null, null, null, null);

  ProcessForm {
    Address.check("adminAddr", adminAddr);
    Address.check("statsAddr", statsAddr);
    Address.check("readinessAddr", readinessAddr);
  }

  /** How names of upstream hosts are resolved. */
  record Dns(@Nullable LookupFamily lookupFamily) {}

  /** How connections to backends are made. */
  record Upstream(@Nullable Duration connectTimeout) {}

  /** What the process may use. */
  record Limits(@Nullable Long maxBufferedBytes) {}

  /** Which addresses of a name are used. */
  enum LookupFamily {
    AUTO("Auto", Transport.LookupFamily.V4_PREFERRED),
    ALL("All", Transport.LookupFamily.ALL),
    V4_PREFERRED("V4Preferred", Transport.LookupFamily.V4_PREFERRED),
    V4_ONLY("V4Only", Transport.LookupFamily.V4_ONLY),
    V6_ONLY("V6Only", Transport.LookupFamily.V6_ONLY);

    private final String text;
    private final Transport.LookupFamily family;

    LookupFamily(String text, Transport.LookupFamily family) {
      this.text = text;
      this.family = family;
    }

    @Override
    public String toString() {
      return text;
    }

    static LookupFamily of(Transport.LookupFamily family) {
      for (LookupFamily form : values()) {
        if (form.family == family && form != AUTO) {
          return form;
        }
      }
      return AUTO;
    }
  }

  /** Returns this form with what the variables of the environment say instead. */
  ProcessForm overridden(VariableResolver environment) {
    for (String name : List.of("XDS_ADDRESS", "CA_ADDRESS")) {
      if (environment.resolve(name) != null) {
        throw new IllegalArgumentException(
            "environment variable "
                + name
                + ": xDS control planes are not supported; use a configuration file");
      }
    }
    return new ProcessForm(
        or(environment, "ADMIN_ADDR", Function.identity(), adminAddr),
        or(environment, "STATS_ADDR", Function.identity(), statsAddr),
        or(environment, "READINESS_ADDR", Function.identity(), readinessAddr),
        or(
            environment,
            "CONNECTION_TERMINATION_DEADLINE",
            Durations::parse,
            connectionTerminationDeadline == null
                ? gracePeriod(environment)
                : connectionTerminationDeadline),
        or(
            environment,
            "CONNECTION_MIN_TERMINATION_DEADLINE",
            Durations::parse,
            connectionMinTerminationDeadline),
        new Dns(
            or(
                environment,
                "DNS_LOOKUP_FAMILY",
                ProcessForm::family,
                dns == null ? null : dns.lookupFamily())),
        backend,
        sensitiveHeaders,
        limits);
  }

  /** Leaves some of the grace period of the container for ending what is left. */
  private static @Nullable Duration gracePeriod(VariableResolver environment) {
    Long seconds = or(environment, "TERMINATION_GRACE_PERIOD_SECONDS", Long::parseLong, null);
    if (seconds == null) {
      return null;
    }
    return Duration.ofSeconds(Math.max(1, seconds > 10 ? seconds - 5 : seconds - 1));
  }

  private static LookupFamily family(String text) {
    for (LookupFamily family : LookupFamily.values()) {
      if (family.toString().toLowerCase(Locale.ROOT).equals(text.toLowerCase(Locale.ROOT))) {
        return family;
      }
    }
    throw new IllegalArgumentException(
        text + " (expected: one of Auto, All, V4Preferred, V4Only, V6Only)");
  }

  private static <T> @Nullable T or(
      VariableResolver environment, String name, Function<String, T> reader, @Nullable T written) {
    String value = environment.resolve(name);
    if (value == null || value.isEmpty()) {
      return written;
    }
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("environment variable " + name + ": " + e.getMessage(), e);
    }
  }

  @SuppressWarnings("NullAway") // absent values become defaults in the record
  ProcessSettings settings() {
    return new ProcessSettings(
        statsAddr,
        readinessAddr,
        adminAddr,
        connectionTerminationDeadline,
        connectionMinTerminationDeadline,
        backend == null ? null : backend.connectTimeout(),
        dns == null || dns.lookupFamily() == null ? null : dns.lookupFamily().family,
        sensitiveHeaders,
        limits == null ? null : limits.maxBufferedBytes());
  }

  /** Returns what is to be written: all that differs from the defaults, or null for nothing. */
  static @Nullable ProcessForm of(ProcessSettings settings) {
    ProcessSettings defaults = ProcessSettings.DEFAULT;
    if (settings.equals(defaults)) {
      return null;
    }
    LookupFamily family = LookupFamily.of(settings.lookupFamily());
    boolean sameFamily = settings.lookupFamily() == defaults.lookupFamily();
    Duration connect = other(settings.connectTimeout(), defaults.connectTimeout());
    Long buffered = other(settings.maxBufferedBytes(), defaults.maxBufferedBytes());
    return new ProcessForm(
        settings.adminAddr(),
        settings.statsAddr(),
        settings.readinessAddr(),
        other(settings.connectionTerminationDeadline(), defaults.connectionTerminationDeadline()),
        other(
            settings.connectionMinTerminationDeadline(),
            defaults.connectionMinTerminationDeadline()),
        sameFamily ? null : new Dns(family),
        connect == null ? null : new Upstream(connect),
        settings.sensitiveHeaders(),
        buffered == null ? null : new Limits(buffered));
  }

  private static <T> @Nullable T other(T value, T usual) {
    return value.equals(usual) ? null : value;
  }
}
