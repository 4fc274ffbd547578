package dev.postern.core.listener;

import io.netty.channel.Channel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Pings a client of HTTP/2 from time to time and closes the connection when no answer comes. */
@SuppressWarnings("FutureReturnValueIgnored") // the timers end with the connection
final class Http2KeepAlive {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final HttpConnection connection;
  private final Channel channel;
  private final Duration interval;
  private final Duration timeout;

  private Http2KeepAlive(
      HttpConnection connection, Channel channel, Duration interval, Duration timeout) {
    this.connection = connection;
    this.channel = channel;
    this.interval = interval;
    this.timeout = timeout;
  }

  /** Starts to ping if the limits say so. */
  static void start(HttpConnection connection, Channel channel, HttpLimits limits) {
    Duration interval = limits.http2KeepaliveInterval();
    if (interval != null) {
      Duration timeout = limits.http2KeepaliveTimeout();
      new Http2KeepAlive(connection, channel, interval, timeout == null ? TIMEOUT : timeout)
          .later();
    }
  }

  private void later() {
    schedule(interval, this::ping);
  }

  private void ping() {
    if (!channel.isActive()) {
      return;
    }
    var pong = connection.ping(Buffer.buffer(new byte[Long.BYTES]));
    pong.onSuccess(answer -> later());
    schedule(
        timeout,
        () -> {
          if (!pong.succeeded()) {
            channel.close();
          }
        });
  }

  private void schedule(Duration after, Runnable action) {
    channel.eventLoop().schedule(action, after.toMillis(), TimeUnit.MILLISECONDS);
  }
}
