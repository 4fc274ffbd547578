package dev.postern.core.upstream;

import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;

/**
 * How one attempt against an endpoint went, as far as its health is concerned. Attempts that were
 * called off, and those the gateway itself refused, have no result.
 *
 * @param unhealthy whether it counts against the endpoint
 * @param status the status of the response, or 0 if there was none
 * @param headers the headers of the response
 * @param latencyNanos the time to the response head, or to the failure
 */
public record HealthResult(boolean unhealthy, int status, Headers headers, long latencyNanos) {
  /**
   * Returns the result of a response; it is unhealthy with a status of 500 or more, or a {@code
   * grpc-status} that is not zero.
   */
  public static HealthResult of(GatewayResponse response, long latencyNanos) {
    String grpcStatus = response.header("grpc-status");
    boolean unhealthy =
        response.status() >= 500 || (grpcStatus != null && !grpcStatus.strip().equals("0"));
    return new HealthResult(unhealthy, response.status(), response.headers(), latencyNanos);
  }

  /** Returns the result of an attempt without a response. */
  public static HealthResult failure(long latencyNanos) {
    return new HealthResult(true, 0, Headers.EMPTY, latencyNanos);
  }

  /** Returns this result with another verdict. */
  public HealthResult withUnhealthy(boolean unhealthy) {
    return new HealthResult(unhealthy, status, headers, latencyNanos);
  }
}
