package dev.postern.core;

import dev.postern.core.http.Forwarding;
import dev.postern.core.http.HygieneSettings;
import dev.postern.core.http.HygieneSettings.UnderscoreHeaders;
import dev.postern.core.http.PathNormalization;
import dev.postern.core.listener.HttpLimits;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.Tracing;

/**
 * How connections and the requests on them are treated, before any route.
 *
 * @param http what one client may demand of a listener
 * @param accessLog what the access log shows
 * @param tracing which requests are traced
 * @param forwarding whose word about where a request came from is taken, and what is written
 *     upstream
 * @param pathNormalization how paths are brought into canonical form
 * @param underscoreHeaders what happens to header names with an underscore; refused by default
 * @param dropGetBody whether the content of GET and HEAD requests is dropped instead of refused;
 *     false by default
 */
public record FrontendPolicies(
    HttpLimits http,
    AccessLog accessLog,
    Tracing tracing,
    Forwarding forwarding,
    PathNormalization pathNormalization,
    UnderscoreHeaders underscoreHeaders,
    Boolean dropGetBody) {
  /** The defaults. */
  @SuppressWarnings("NullAway") // absent values become defaults in the record
  public static final FrontendPolicies DEFAULT =
      new FrontendPolicies(null, null, null, null, null, null, null);

  /** Sets the defaults. */
  public FrontendPolicies {
    http = Checks.orElse(http, HttpLimits.DEFAULT);
    accessLog = Checks.orElse(accessLog, AccessLog.DEFAULT);
    tracing = Checks.orElse(tracing, Tracing.DEFAULT);
    forwarding = Checks.orElse(forwarding, Forwarding.DEFAULT);
    pathNormalization = Checks.orElse(pathNormalization, PathNormalization.DEFAULT);
    underscoreHeaders = Checks.orElse(underscoreHeaders, UnderscoreHeaders.REJECT);
    dropGetBody = Checks.orElse(dropGetBody, false);
  }

  HygieneSettings hygiene() {
    return new HygieneSettings(underscoreHeaders, dropGetBody, pathNormalization);
  }
}
