package dev.postern.core.listener;

import dev.postern.core.exchange.Connection;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** One accepted connection: who is at its other end, what is in flight on it, how it ends. */
@SuppressWarnings("FutureReturnValueIgnored") // whether a close succeeds changes nothing
final class ClientConnection {
  static final AttributeKey<ClientConnection> KEY =
      AttributeKey.valueOf(ClientConnection.class, "of");

  private static final Logger LOG = System.getLogger(HttpListener.class.getName());

  /** How long a client may take to read a last answer before the connection is cut. */
  private static final long LINGER_MILLIS = 1_000;

  private final HttpListener listener;
  private final BindSettings settings;
  private final Channel channel;
  private final String id;
  private final InetSocketAddress remote;
  private final long openedAt = System.nanoTime();
  private final Http1Guard guard;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile long lastActive = openedAt;
  private volatile boolean closing;
  private volatile @Nullable String serverName;

  // Event loop only.
  private @Nullable Connection description;
  private @Nullable HttpConnection http2;
  private @Nullable ServerExchange current;

  ClientConnection(
      HttpListener listener,
      BindSettings settings,
      Channel channel,
      InetSocketAddress remote,
      long number) {
    this.settings = settings;
    this.listener = listener;
    this.channel = channel;
    this.remote = remote;
    this.id = "c" + number;
    this.guard = new Http1Guard(this, settings.limits());
  }

  Http1Guard guard() {
    return guard;
  }

  HttpLimits limits() {
    return settings.limits();
  }

  KeepAlives keepAlives() {
    return listener.keepAlives();
  }

  /** Notes the name the client asked for. */
  void serverName(@Nullable String serverName) {
    this.serverName = serverName;
  }

  /** Notes that the client speaks HTTP/2. */
  void http2(HttpConnection connection) {
    http2 = connection;
    Http2KeepAlive.start(connection, channel, limits());
  }

  /** Returns whether the client may speak HTTP/2. */
  boolean mayBeHttp2() {
    return settings.http2();
  }

  boolean isHttp2() {
    return http2 != null;
  }

  boolean isTls() {
    return !settings.tls().isEmpty();
  }

  /** Returns what exchanges know of the connection. On the event loop. */
  Connection description() {
    Connection known = description;
    if (known == null) {
      known =
          new Connection(
              id,
              settings.port(),
              remote,
              (InetSocketAddress) channel.localAddress(),
              isTls(),
              serverName,
              clientCertificates());
      description = known;
    }
    return known;
  }

  private List<X509Certificate> clientCertificates() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return List.of();
    }
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate : tls.engine().getSession().getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
      return List.copyOf(chain);
    } catch (SSLPeerUnverifiedException e) {
      // The client has none, and none was required.
      return List.of();
    }
  }

  /** Returns whether requests are still answered. */
  boolean isOpen() {
    return !closing;
  }

  /** Returns whether the response that is being written is the last one. */
  boolean isLast() {
    return closing || listener.draining() || isExpired();
  }

  private boolean isExpired() {
    var most = limits().maxConnectionDuration();
    return most != null && System.nanoTime() - openedAt > most.toNanos();
  }

  /** Notes the start of an exchange. On the event loop. */
  void started(ServerExchange exchange) {
    current = exchange;
    inFlight.incrementAndGet();
    listener.started();
  }

  /** Notes the end of an exchange. */
  void ended(ServerExchange exchange) {
    lastActive = System.nanoTime();
    boolean quiet = inFlight.decrementAndGet() == 0;
    if (listener.draining()) {
      goAway();
      if (quiet) {
        listener.quiet();
      }
    }
    listener.ended();
  }

  boolean isQuiet() {
    return inFlight.get() == 0;
  }

  /** Takes a fault in the framing of the body that is being read. On the event loop. */
  void bodyBroken() {
    closing = true;
    ServerExchange exchange = current;
    if (exchange != null) {
      exchange.bodyBroken();
    }
  }

  /** Looks from time to time whether nobody needs the connection any more. On the event loop. */
  void watchIdle() {
    long idle = limits().http1IdleTimeout().toNanos();
    var most = limits().maxConnectionDuration();
    long wait = most == null ? idle : Math.min(idle, most.toNanos());
    scheduleIdle(wait, idle);
  }

  private void scheduleIdle(long wait, long idle) {
    channel.eventLoop().schedule(() -> checkIdle(idle), wait, TimeUnit.NANOSECONDS);
  }

  private void checkIdle(long idle) {
    if (!channel.isOpen()) {
      return;
    }
    long silent = System.nanoTime() - lastActive;
    if (isQuiet() && (silent >= idle || isExpired())) {
      retire();
    } else {
      scheduleIdle(isQuiet() ? idle - silent : idle, idle);
    }
  }

  /** Ends a connection on which nothing is in flight, or as soon as that is so. */
  void retire() {
    onEventLoop(() -> {
      HttpConnection http2 = this.http2;
      if (http2 != null) {
        http2.shutdown(LINGER_MILLIS, TimeUnit.MILLISECONDS);
      } else if (isQuiet()) {
        channel.close();
      }
    });
  }

  void retireIfQuiet() {
    if (isQuiet()) {
      retire();
    }
  }

  /** Tells an HTTP/2 client to open no further streams. */
  void goAway() {
    onEventLoop(() -> {
      if (http2 != null) {
        http2.shutdown(1, TimeUnit.HOURS);
      }
    });
  }

  /** Answers nothing more, and ends the connection when {@code response} has been written. */
  void closeBehind(Future<Void> response) {
    closing = true;
    guard.discard();
    response.onComplete(result -> closeGently());
  }

  /**
   * Ends the connection behind a response. What the client is still sending is read and dropped for
   * a moment: closing at once would reset the connection and could take the response with it.
   */
  void closeGently() {
    onEventLoop(() -> {
      closing = true;
      guard.discard();
      if (!channel.isActive()) {
        return;
      }
      channel.config().setAutoRead(true);
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      if (tls == null) {
        shutdownOutput();
      } else {
        tls.closeOutbound().addListener(sent -> shutdownOutput());
      }
      channel.eventLoop().schedule(this::close, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    });
  }

  private void shutdownOutput() {
    ((DuplexChannel) channel).shutdownOutput();
  }

  /** Cuts the connection. */
  void close() {
    channel.close();
  }

  /** Runs {@code action} on the event loop, unless that has ended. */
  void onEventLoop(Runnable action) {
    if (channel.eventLoop().inEventLoop()) {
      action.run();
      return;
    }
    try {
      channel.eventLoop().execute(action);
    } catch (RejectedExecutionException e) {
      // The event loops have ended, and with them the connection.
      LOG.log(Level.TRACE, "too late", e);
    }
  }

  void droppedHeader(String name) {
    LOG.log(
        Level.DEBUG, () -> id + ": response header left out, its value is not allowed: " + name);
  }

  @Override
  public String toString() {
    return id + " " + remote;
  }
}
