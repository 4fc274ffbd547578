package dev.postern.core.upstream;

import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Sends requests to endpoints and hands the responses back as they come.
 *
 * <p>Adds nothing and decides nothing: no redirects, no retries, no decompression, no cookies. The
 * one exception is a pooled connection that turns out to be dead: if the method is idempotent, or
 * nothing was written, or the call says so, the request is sent once more on a fresh connection.
 * What belongs to one connection only (RFC 9110 §7.6.1) is not relayed, in either direction. Safe
 * for concurrent use.
 */
public interface UpstreamClient extends AutoCloseable {
  /** Returns a client that resolves names as the JVM does, and again every 30 seconds. */
  static UpstreamClient create(Timers timers) {
    return create(timers, ConnectListener.NONE);
  }

  /** Returns a client that resolves names as the JVM does, and again every 30 seconds. */
  static UpstreamClient create(Timers timers, ConnectListener connects) {
    return new OkHttpUpstreamClient(
        timers, AddressResolver.SYSTEM, Duration.ofSeconds(30), connects);
  }

  /**
   * Returns a client.
   *
   * @param resolver resolves names
   * @param refresh how long its answers are used before it is asked again
   */
  static UpstreamClient create(Timers timers, AddressResolver resolver, Duration refresh) {
    return new OkHttpUpstreamClient(timers, resolver, refresh, ConnectListener.NONE);
  }

  /**
   * Sends one request and waits for the head of the response. The body is pulled afterwards.
   *
   * @param scope owns the call, also while its body is read: cancelling it closes the connection
   *     (on HTTP/2, the stream) and ends any wait
   * @throws UpstreamException if the endpoint could not be reached or broke off
   * @throws dev.postern.core.http.ClientBodyException if the request's own body broke while it was
   *     sent
   * @throws dev.postern.core.exchange.GatewayException the cause, if the scope was cancelled
   * @throws IOException never anything else
   */
  GatewayResponse call(UpstreamCall call, Scope scope) throws IOException;

  /** Closes all connections. */
  @Override
  void close();
}
