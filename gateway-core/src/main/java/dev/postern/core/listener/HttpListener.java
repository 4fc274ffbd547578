package dev.postern.core.listener;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Timers;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One open bind: accepts connections, turns each request into a call of one {@link Handler} and
 * writes its response.
 *
 * <p>HTTP/1.0, HTTP/1.1 and HTTP/2, the latter also in cleartext with prior knowledge. Requests
 * whose form on the wire is not sound are refused here and reach no handler. A client that goes
 * away cancels the scope of its exchange at once.
 */
public final class HttpListener implements AutoCloseable {
  private static final Logger LOG = System.getLogger(HttpListener.class.getName());
  private static final AtomicLong CONNECTIONS = new AtomicLong();

  /** How long exchanges that were cut have to write their log lines. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private volatile BindSettings settings;
  private volatile @Nullable TlsEntries tls;
  private final Timers timers;
  private final KeepAlives keepAlives;
  private final ConnectionObserver observer;
  private final RequestDispatcher dispatcher;
  private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
  private final List<HttpServer> servers = new ArrayList<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Acceptor acceptor = new Accepted();
  private @Nullable InetSocketAddress address;
  private volatile @Nullable Channel serverChannel;
  private Runnable release = () -> {};
  private volatile boolean draining;
  private volatile @Nullable CountDownLatch allQuiet;
  private volatile @Nullable CountDownLatch allEnded;

  private HttpListener(
      BindSettings settings,
      @Nullable TlsEntries tls,
      Handler handler,
      Timers timers,
      Executor executor,
      ConnectionObserver observer) {
    this.tls = tls;
    this.settings = settings;
    this.timers = timers;
    this.keepAlives = new KeepAlives(timers, settings.limits().sseKeepAlive());
    this.dispatcher = new RequestDispatcher(handler, timers, executor, observer);
    this.observer = observer;
  }

  /**
   * Opens a bind.
   *
   * @throws IOException if the port is taken, the address is not of this machine, or the
   *     certificates cannot be used; the message says which
   */
  public static HttpListener open(ListenerRuntime runtime, BindSettings settings, Handler handler)
      throws IOException {
    return open(runtime, settings, handler, ConnectionObserver.NONE);
  }

  /**
   * Opens a bind whose connections {@code observer} is told of.
   *
   * @throws IOException if the port is taken, the address is not of this machine, or the
   *     certificates cannot be used; the message says which
   */
  public static HttpListener open(
      ListenerRuntime runtime, BindSettings settings, Handler handler, ConnectionObserver observer)
      throws IOException {
    requireNonNull(observer, "observer");
    requireNonNull(settings, "settings");
    requireNonNull(handler, "handler");
    TlsEntries tls = settings.tls().isEmpty() ? null : TlsEntries.load(settings.tls());
    HttpListener listener =
        new HttpListener(settings, tls, handler, runtime.timers(), runtime.executor(), observer);
    runtime.open(servers -> {
      listener.start(servers);
      return listener;
    });
    return listener;
  }

  private void start(ListenerRuntime.Servers servers) throws IOException {
    InetAddress host =
        settings.address() == null
            ? new InetSocketAddress(0).getAddress()
            : InetAddress.getByName(settings.address());
    ServerStart start = new ServerStart(servers, settings, host, dispatcher);
    servers.acceptor(acceptor);
    try {
      this.servers.addAll(start.listen());
      InetSocketAddress actual = new InetSocketAddress(host, this.servers.getFirst().actualPort());
      address = actual;
      release = () -> servers.release(actual);
    } finally {
      servers.acceptor(null);
    }
    TlsEntries tls = this.tls;
    if (tls != null) {
      tls.watch(timers);
    }
  }

  private boolean accept(Channel channel) {
    int most = settings.limits().maxConnections();
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)
        || (most > 0 && connections.size() >= most)) {
      return false;
    }
    BindSettings settings = this.settings;
    ClientConnection connection =
        new ClientConnection(this, settings, channel, remote, CONNECTIONS.incrementAndGet());
    channel.attr(ClientConnection.KEY).set(connection);
    settings.keepAlive().applyTo(channel.config());
    WireBytes bytes = new WireBytes();
    channel.pipeline().addLast("postern-bytes", bytes);
    TlsEntries tls = this.tls;
    if (tls != null) {
      channel
          .pipeline()
          .addLast(
              "postern-hello",
              new TlsSelector(tls, connection, settings.tlsHandshakeTimeout(), observer));
    }
    channel.pipeline().addLast("postern-guard", connection.guard());
    connections.add(connection);
    observer.accepted();
    channel
        .closeFuture()
        .addListener(end -> {
          forget(connection);
          observer.closed(bytes.received(), bytes.sent());
        });
    return true;
  }

  private void forget(ClientConnection connection) {
    connections.remove(connection);
    quiet();
  }

  /** Returns where it listens; the port is the real one. */
  public InetSocketAddress address() {
    return requireNonNull(address);
  }

  /** Returns the port it listens on. */
  public int port() {
    return address().getPort();
  }

  /**
   * Prepares other settings for the same address and port: certificates and limits, for the
   * connections that come from then on. The limits of HTTP/2 itself stay as they were when the
   * listener was opened.
   *
   * @return puts them into effect
   * @throws IOException if the certificates cannot be used; nothing has changed then
   * @throws IllegalArgumentException if address or port are others
   */
  public Runnable prepare(BindSettings next) throws IOException {
    if (next.port() != settings.port() || !Objects.equals(next.address(), settings.address())) {
      throw new IllegalArgumentException(
          "bind: " + next.address() + ":" + next.port() + " (expected: " + address() + ")");
    }
    TlsEntries loaded = next.tls().isEmpty() ? null : TlsEntries.load(next.tls());
    return () -> {
      TlsEntries before = tls;
      tls = loaded;
      settings = next;
      keepAlives.interval(next.limits().sseKeepAlive());
      if (loaded != null) {
        loaded.watch(timers);
      }
      if (before != null) {
        before.stop();
      }
    };
  }

  /**
   * Looks at once whether certificate files have changed, which is otherwise done every two
   * seconds. Files that cannot be used leave the old certificate in its place.
   */
  public void reloadCertificates() {
    TlsEntries tls = this.tls;
    if (tls != null) {
      tls.reload();
    }
  }

  KeepAlives keepAlives() {
    return keepAlives;
  }

  boolean draining() {
    return draining;
  }

  void started() {
    inFlight.incrementAndGet();
  }

  void ended() {
    if (inFlight.decrementAndGet() == 0) {
      CountDownLatch latch = allEnded;
      if (latch != null) {
        latch.countDown();
      }
    }
  }

  /** Notes that nothing is in flight on a connection while the listener drains. */
  void quiet() {
    CountDownLatch latch = allQuiet;
    if (latch != null && connections.stream().allMatch(ClientConnection::isQuiet)) {
      latch.countDown();
    }
  }

  /**
   * Ends gracefully, blocking. For {@code min}, connections are still accepted, but each is closed
   * behind its answer; then no more are accepted, and what is in flight may go on until {@code max}
   * has passed since the start; then it is cut.
   */
  public void drain(Duration min, Duration max) {
    long start = timers.nanoTime();
    draining = true;
    connections.forEach(ClientConnection::goAway);
    await(closed, min);
    stopAccepting();
    CountDownLatch quiet = new CountDownLatch(1);
    allQuiet = quiet;
    connections.forEach(ClientConnection::retireIfQuiet);
    quiet();
    await(quiet, max.minusNanos(timers.nanoTime() - start));
    keepAlives.finish();
    close();
  }

  private static void await(CountDownLatch latch, Duration longest) {
    try {
      if (!latch.await(longest.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.log(Level.DEBUG, "the time to drain is over");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopAccepting() {
    Channel server = serverChannel;
    if (server != null) {
      server.close().awaitUninterruptibly();
    }
  }

  /**
   * Closes at once; requests in flight are cut, and their ends are waited for a moment. Does
   * nothing when called again.
   */
  @Override
  public void close() {
    draining = true;
    closed.countDown();
    stopAccepting();
    TlsEntries tls = this.tls;
    if (tls != null) {
      tls.stop();
    }
    CountDownLatch ended = new CountDownLatch(1);
    allEnded = ended;
    connections.forEach(ClientConnection::close);
    if (inFlight.get() > 0) {
      await(ended, LAST_WORDS);
    }
    servers.forEach(HttpListener::close);
    release.run();
  }

  /** Waits too, because event loops that are ended meanwhile complain. */
  private static void close(HttpServer server) {
    try {
      ListenerRuntime.Servers.await(server.close());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a server did not close as it should", e);
    }
  }

  private final class Accepted implements Acceptor {
    @Override
    public void serving(Channel server) {
      serverChannel = server;
    }

    @Override
    public boolean accept(Channel channel) {
      return HttpListener.this.accept(channel);
    }
  }
}
