package dev.postern.core.upstream;

import dev.postern.core.http.GatewayRequest;

/**
 * One request to one endpoint.
 *
 * @param request what to send; its authority becomes the host header, its path and query go out as
 *     they are
 * @param endpoint where to
 * @param transport how to connect
 * @param firstByteTimeoutNanos the longest wait for the response head once the request is sent, in
 *     nanoseconds; 0 for no limit
 * @param replayAnyMethod whether the request may be sent a second time when a pooled connection
 *     turned out to be dead, although its method is not idempotent
 */
public record UpstreamCall(
    GatewayRequest request,
    Endpoint endpoint,
    Transport transport,
    long firstByteTimeoutNanos,
    boolean replayAnyMethod) {
  /** Creates a call that is replayed only if its method is idempotent or nothing was written. */
  public UpstreamCall(
      GatewayRequest request, Endpoint endpoint, Transport transport, long firstByteTimeoutNanos) {
    this(request, endpoint, transport, firstByteTimeoutNanos, false);
  }
}
