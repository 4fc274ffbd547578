package dev.postern.core.config;

import dev.postern.core.ProcessSettings;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.Logging;
import dev.postern.core.telemetry.MetricLabels;
import dev.postern.core.telemetry.Metrics;
import dev.postern.core.text.Durations;
import dev.postern.core.upstream.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    @Nullable Limits limits,
    @Nullable MetricsForm metrics,
    @Nullable LoggingForm logging,
    @Nullable Cel cel) {
  static final ProcessForm EMPTY =
      new ProcessForm(null, null, null, null, null, null, null, null, null, null, null);

  ProcessForm {
    adminAddr = adminAddr == null ? null : noAdmin("adminAddr: ", adminAddr);
    Address.check("statsAddr", statsAddr);
    Address.check("readinessAddr", readinessAddr);
  }

  /**
   * How logs look. What is written in {@code filter} and {@code fields} belongs to the access log
   * of the frontend.
   */
  record LoggingForm(
      AccessLog.@Nullable Format format,
      @Nullable List<String> level,
      @Nullable ExpressionText filter,
      @Nullable Fields fields) {
    LoggingForm {
      Logging unused = logging(format, level);
    }

    Logging logging() {
      return logging(format, level);
    }

    boolean shapesAccessLog() {
      return filter != null || fields != null;
    }

    AccessLog accessLog() {
      return new AccessLog(
          filter,
          fields == null || fields.add() == null ? Map.of() : fields.add(),
          fields == null || fields.remove() == null ? List.of() : fields.remove());
    }

    @SuppressWarnings("NullAway") // absent values become defaults in the record
    private static Logging logging(
        AccessLog.@Nullable Format format, @Nullable List<String> level) {
      return new Logging(format, level);
    }
  }

  /** What the access log shows. */
  record Fields(@Nullable Map<String, ExpressionText> add, @Nullable List<String> remove) {}

  /**
   * Which metrics are collected. What is written in {@code fields} belongs to the metrics of the
   * frontend.
   */
  record MetricsForm(List<String> remove, int maxSeries, @Nullable Labels fields) {
    static final MetricsForm DEFAULT =
        new MetricsForm(Metrics.DEFAULT.remove(), Metrics.DEFAULT.maxSeries(), null);

    MetricsForm {
      Metrics unused = new Metrics(remove, maxSeries);
      if (fields != null && fields.add() != null) {
        MetricLabels unusedLabels = labels(fields.add());
      }
    }

    private static MetricLabels labels(Map<String, ExpressionText> add) {
      try {
        return new MetricLabels(add);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("fields." + e.getMessage(), e);
      }
    }

    Metrics metrics() {
      return new Metrics(remove, maxSeries);
    }
  }

  /** Labels that are added to the metrics of requests. */
  record Labels(@Nullable Map<String, ExpressionText> add) {}

  /** How names of upstream hosts are resolved. */
  record Dns(@Nullable LookupFamily lookupFamily) {}

  /** How connections to backends are made. */
  record Upstream(@Nullable Duration connectTimeout) {}

  /** What the process may use. */
  record Limits(@Nullable Long maxBufferedBytes) {}

  /** What expressions see of the process. */
  record Cel(@Nullable List<String> exposeEnv) {}

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
        or(environment, "ADMIN_ADDR", address -> noAdmin("", address), adminAddr),
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
        limits,
        metrics,
        logging(environment),
        cel);
  }

  private LoggingForm logging(VariableResolver environment) {
    AccessLog.Format format = logging == null ? null : logging.format();
    List<String> level = logging == null ? null : logging.level();
    level = or(environment, "RUST_LOG", ProcessForm::level, level);
    return new LoggingForm(
        or(environment, "LOG_FORMAT", ProcessForm::format, format),
        or(environment, "LOG_LEVEL", ProcessForm::level, level),
        logging == null ? null : logging.filter(),
        logging == null ? null : logging.fields());
  }

  private static AccessLog.Format format(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "text" -> AccessLog.Format.TEXT;
      case "json" -> AccessLog.Format.JSON;
      default -> throw new IllegalArgumentException(text + " (expected: text or json)");
    };
  }

  private static List<String> level(String text) {
    return new Logging(AccessLog.Format.TEXT, List.of(text)).level();
  }

  /** The admin API is not there yet; that it is off can be said. */
  private static String noAdmin(String field, String address) {
    if (!address.equals("off")) {
      throw new IllegalArgumentException(field + "not supported yet (expected: off)");
    }
    return address;
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
        connectionTerminationDeadline,
        connectionMinTerminationDeadline,
        backend == null ? null : backend.connectTimeout(),
        dns == null || dns.lookupFamily() == null ? null : dns.lookupFamily().family,
        limits == null ? null : limits.maxBufferedBytes(),
        metrics == null ? null : metrics.metrics(),
        logging == null ? null : logging.logging(),
        cel == null ? null : cel.exposeEnv());
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
    Metrics metrics = other(settings.metrics(), defaults.metrics());
    Logging logging = other(settings.logging(), defaults.logging());
    return new ProcessForm(
        null,
        settings.statsAddr(),
        settings.readinessAddr(),
        other(settings.connectionTerminationDeadline(), defaults.connectionTerminationDeadline()),
        other(
            settings.connectionMinTerminationDeadline(),
            defaults.connectionMinTerminationDeadline()),
        sameFamily ? null : new Dns(family),
        connect == null ? null : new Upstream(connect),
        buffered == null ? null : new Limits(buffered),
        metrics == null ? null : new MetricsForm(metrics.remove(), metrics.maxSeries(), null),
        logging == null ? null : new LoggingForm(logging.format(), logging.level(), null, null),
        settings.exposeEnv().isEmpty() ? null : new Cel(settings.exposeEnv()));
  }

  private static <T> @Nullable T other(T value, T usual) {
    return value.equals(usual) ? null : value;
  }
}
