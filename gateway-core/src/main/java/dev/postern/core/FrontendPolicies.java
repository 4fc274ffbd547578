package dev.postern.core;

import dev.postern.core.exchange.PlainErrors;
import dev.postern.core.http.Forwarding;
import dev.postern.core.http.HygieneSettings;
import dev.postern.core.http.HygieneSettings.UnderscoreHeaders;
import dev.postern.core.http.PathNormalization;
import dev.postern.core.listener.HttpLimits;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.MetricLabels;
import dev.postern.core.telemetry.Tracing;
import org.jspecify.annotations.Nullable;

/**
 * How connections and the requests on them are treated, before any route.
 *
 * @param http what one client may demand of a listener
 * @param tls TLS where a listener's own says nothing
 * @param tcp how connections are held
 * @param accessLog what the access log shows
 * @param tracing which requests are traced
 * @param metrics labels that are added to the metrics of requests
 * @param forwarding whose word about where a request came from is taken, and what is written
 *     upstream
 * @param pathNormalization how paths are brought into canonical form
 * @param underscoreHeaders what happens to header names with an underscore; refused by default
 * @param dropGetBody whether the content of GET and HEAD requests is dropped instead of refused;
 *     false by default
 * @param errors how errors look to clients whose protocol has no form of its own; text by default
 */
public record FrontendPolicies(
    HttpLimits http,
    FrontendTls tls,
    FrontendTcp tcp,
    AccessLog accessLog,
    Tracing tracing,
    MetricLabels metrics,
    Forwarding forwarding,
    PathNormalization pathNormalization,
    UnderscoreHeaders underscoreHeaders,
    Boolean dropGetBody,
    PlainErrors errors) {
  /** The defaults. */
  public static final FrontendPolicies DEFAULT = builder().build();

  /** Sets the defaults. */
  public FrontendPolicies {
    http = Checks.orElse(http, HttpLimits.DEFAULT);
    tls = Checks.orElse(tls, FrontendTls.DEFAULT);
    tcp = Checks.orElse(tcp, FrontendTcp.DEFAULT);
    accessLog = Checks.orElse(accessLog, AccessLog.DEFAULT);
    tracing = Checks.orElse(tracing, Tracing.DEFAULT);
    metrics = Checks.orElse(metrics, MetricLabels.DEFAULT);
    forwarding = Checks.orElse(forwarding, Forwarding.DEFAULT);
    pathNormalization = Checks.orElse(pathNormalization, PathNormalization.DEFAULT);
    underscoreHeaders = Checks.orElse(underscoreHeaders, UnderscoreHeaders.REJECT);
    dropGetBody = Checks.orElse(dropGetBody, false);
    errors = Checks.orElse(errors, PlainErrors.DEFAULT);
  }

  /** Returns a builder that starts with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts with these values. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.http = http;
    builder.tls = tls;
    builder.tcp = tcp;
    builder.accessLog = accessLog;
    builder.tracing = tracing;
    builder.metrics = metrics;
    builder.forwarding = forwarding;
    builder.pathNormalization = pathNormalization;
    builder.underscoreHeaders = underscoreHeaders;
    builder.dropGetBody = dropGetBody;
    builder.errors = errors;
    return builder;
  }

  HygieneSettings hygiene() {
    return new HygieneSettings(underscoreHeaders, dropGetBody, pathNormalization);
  }

  /** Collects policies. Not safe for concurrent use. */
  public static final class Builder {
    private @Nullable HttpLimits http;
    private @Nullable FrontendTls tls;
    private @Nullable FrontendTcp tcp;
    private @Nullable AccessLog accessLog;
    private @Nullable Tracing tracing;
    private @Nullable MetricLabels metrics;
    private @Nullable Forwarding forwarding;
    private @Nullable PathNormalization pathNormalization;
    private @Nullable UnderscoreHeaders underscoreHeaders;
    private @Nullable Boolean dropGetBody;
    private @Nullable PlainErrors errors;

    private Builder() {}

    /** Sets what one client may demand of a listener. */
    public Builder http(HttpLimits http) {
      this.http = http;
      return this;
    }

    /** Sets TLS where a listener's own says nothing. */
    public Builder tls(FrontendTls tls) {
      this.tls = tls;
      return this;
    }

    /** Sets how connections are held. */
    public Builder tcp(FrontendTcp tcp) {
      this.tcp = tcp;
      return this;
    }

    /** Sets what the access log shows. */
    public Builder accessLog(AccessLog accessLog) {
      this.accessLog = accessLog;
      return this;
    }

    /** Sets which requests are traced. */
    public Builder tracing(Tracing tracing) {
      this.tracing = tracing;
      return this;
    }

    /** Sets which labels are added to the metrics of requests. */
    public Builder metrics(MetricLabels metrics) {
      this.metrics = metrics;
      return this;
    }

    /** Sets whose word about where a request came from is taken. */
    public Builder forwarding(Forwarding forwarding) {
      this.forwarding = forwarding;
      return this;
    }

    /** Sets how paths are brought into canonical form. */
    public Builder pathNormalization(PathNormalization pathNormalization) {
      this.pathNormalization = pathNormalization;
      return this;
    }

    /** Sets what happens to header names with an underscore. */
    public Builder underscoreHeaders(UnderscoreHeaders underscoreHeaders) {
      this.underscoreHeaders = underscoreHeaders;
      return this;
    }

    /** Sets whether the content of GET and HEAD requests is dropped. */
    public Builder dropGetBody(boolean dropGetBody) {
      this.dropGetBody = dropGetBody;
      return this;
    }

    /** Sets how errors look to clients whose protocol has no form of its own. */
    public Builder errors(PlainErrors errors) {
      this.errors = errors;
      return this;
    }

    /** Returns the policies. */
    @SuppressWarnings("NullAway") // absent values become defaults in the record
    public FrontendPolicies build() {
      return new FrontendPolicies(
          http,
          tls,
          tcp,
          accessLog,
          tracing,
          metrics,
          forwarding,
          pathNormalization,
          underscoreHeaders,
          dropGetBody,
          errors);
    }
  }
}
