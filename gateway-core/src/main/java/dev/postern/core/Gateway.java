package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.listener.ExchangeExecutor;
import dev.postern.core.listener.HttpListener;
import dev.postern.core.listener.ListenerRuntime;
import dev.postern.core.telemetry.Telemetry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A gateway in this process.
 *
 * <p>{@link #handle} answers requests without a socket, on the caller's thread; {@link #start}
 * opens the configured ports. Both take the same way through the same policies. Safe for concurrent
 * use; {@linkplain #close close} it when done.
 *
 * <pre>{@code
 * Gateway gateway = Gateway.builder()
 *     .listen(8080)
 *     .route("hello", route -> route.backend(HostBackend.of("hello.internal:80")))
 *     .build();
 * GatewayResponse response = gateway.handle(GatewayRequest.get("/hello").build());
 * }</pre>
 */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Gateway.class.getName());

  private final Resources resources;
  private final Map<String, Front> fronts = new ConcurrentHashMap<>();
  private final ReentrantLock reloading = new ReentrantLock();
  private final ExchangeExecutor executor;
  private volatile Snapshot snapshot;
  private @Nullable Doors doors;
  private final AtomicBoolean closed = new AtomicBoolean();

  Gateway(GatewayConfig config, Resources resources, ExchangeExecutor executor) {
    this.resources = resources;
    this.executor = executor;
    this.snapshot = SnapshotBuilder.build(config, 1, resources);
    takeEffect(snapshot);
    resources.telemetry().configured();
  }

  private void takeEffect(Snapshot next) {
    next.commit();
    resources.telemetry().projections(next.projections());
    if (!next.recording().isEmpty()) {
      LOG.log(
          Level.INFO,
          "the configuration records what clients or models say: {0}",
          String.join(", ", next.recording()));
    }
  }

  /** Returns a builder. */
  public static GatewayBuilder builder() {
    return new GatewayBuilder();
  }

  /**
   * Returns a gateway of this configuration.
   *
   * @throws InvalidConfigurationException with everything that is wrong with it
   */
  public static Gateway from(GatewayConfig config) {
    return new GatewayBuilder().config(config).build();
  }

  /**
   * Answers one request of this process, blocking until the head of the response is there.
   *
   * <p>Refusals arrive as responses, in the form the backend's clients expect. The caller reads the
   * body of the response to its end or closes it. The request enters at the only bind, or at the
   * first. Interrupting the calling thread calls the request off.
   */
  public GatewayResponse handle(GatewayRequest request) {
    return handle(request, Scope.root(resources.timers()));
  }

  /**
   * Answers one request of this process, which {@code scope} can call off.
   *
   * @param scope cancelling it ends the request and its response body, from any thread
   */
  public GatewayResponse handle(GatewayRequest request, Scope scope) {
    return handle(firstGateway(), request, scope);
  }

  /**
   * Answers one request of this process that enters at one bind.
   *
   * @param gateway the name of the bind
   * @param scope cancelling it ends the request and its response body, from any thread
   */
  public GatewayResponse handle(String gateway, GatewayRequest request, Scope scope) {
    requireNonNull(request, "request");
    Exchange exchange = new Exchange(Connection.inProcess(), scope.child());
    return front(gateway).handle(exchange, request);
  }

  /**
   * Opens the configured ports.
   *
   * @return this gateway
   * @throws IOException if a port cannot be opened; none is open then
   */
  public Gateway start() throws IOException {
    reloading.lock();
    try {
      if (doors != null) {
        throw new IllegalStateException("the gateway was started before");
      }
      Doors made =
          new Doors(
              ListenerRuntime.create(executor, resources.timers()),
              this::front,
              resources.telemetry());
      try {
        List<HttpListener> unused = made.prepare(snapshot.effective()).commit();
      } catch (IOException | RuntimeException e) {
        made.close();
        throw e;
      }
      doors = made;
      return this;
    } finally {
      reloading.unlock();
    }
  }

  /** Returns where each bind listens, by its name; empty before {@link #start}. */
  public Map<String, InetSocketAddress> addresses() {
    reloading.lock();
    try {
      return doors == null ? Map.of() : doors.addresses();
    } finally {
      reloading.unlock();
    }
  }

  /**
   * Returns the port that the only or first bind listens on.
   *
   * @throws IllegalStateException before {@link #start}
   */
  public int port() {
    for (InetSocketAddress address : addresses().values()) {
      return address.getPort();
    }
    throw new IllegalStateException("no port is open (expected: start() before port())");
  }

  /** Returns what answers requests that enter at one bind, for doors of other servers. */
  public Handler handler(String gateway) {
    return front(gateway);
  }

  /** Returns a new scope, for {@link #handle(GatewayRequest, Scope)}. */
  public Scope newScope() {
    return Scope.root(resources.timers());
  }

  /**
   * Returns an interceptor for an OkHttp client whose calls this gateway answers, without a socket.
   *
   * <p>Add it as an application interceptor. Response bodies arrive as they are read, and
   * cancelling the call, or closing its response, calls the request off.
   *
   * @param hosts the hosts whose calls are answered; the calls of all hosts when none is given
   */
  public okhttp3.Interceptor asOkHttpInterceptor(String... hosts) {
    return new OkHttpDoor(this, Set.of(hosts));
  }

  /** Returns the configuration in use. */
  public GatewayConfig config() {
    return snapshot.config();
  }

  /** Returns what is odd about the configuration in use. */
  public List<String> warnings() {
    return snapshot.warnings();
  }

  /**
   * Replaces the configuration. Requests in flight end on the one they began with; state that both
   * have in common is kept. A configuration that is wrong changes nothing.
   */
  public ReloadResult reload(GatewayConfig config) {
    requireNonNull(config, "config");
    long start = System.nanoTime();
    reloading.lock();
    try {
      Snapshot before = snapshot;
      if (before.config().equals(config)) {
        resources.telemetry().reloaded(Telemetry.Reload.UNCHANGED);
        return result(ReloadResult.Status.UNCHANGED, before, List.of(), start);
      }
      Snapshot next;
      try {
        next = SnapshotBuilder.build(config, before.version() + 1, resources);
      } catch (InvalidConfigurationException e) {
        return rejected(before, e, start);
      }
      List<HttpListener> retired = List.of();
      if (doors != null) {
        Doors.Prepared prepared;
        try {
          prepared = doors.prepare(next.effective());
        } catch (IOException e) {
          next.leave();
          return rejected(before, Problems.at("gateways", String.valueOf(e.getMessage())), start);
        }
        retired = prepared.commit();
      }
      takeEffect(next);
      snapshot = next;
      before.leave();
      retire(retired, next.config().config());
      resources.telemetry().reloaded(Telemetry.Reload.APPLIED);
      return result(ReloadResult.Status.APPLIED, next, List.of(), start);
    } finally {
      reloading.unlock();
    }
  }

  /**
   * Notes that a new configuration was there but could not even be read, for metrics; the one in
   * use stays. The next {@link #reload} that succeeds ends this.
   */
  public void reloadRejected() {
    resources.telemetry().reloaded(Telemetry.Reload.REJECTED);
  }

  private ReloadResult rejected(
      Snapshot inUse, InvalidConfigurationException problems, long start) {
    resources.telemetry().reloaded(Telemetry.Reload.REJECTED);
    return result(ReloadResult.Status.REJECTED, inUse, problems.problems(), start);
  }

  /** Lets listeners that are not wanted any more end their requests, in the background. */
  private static void retire(List<HttpListener> listeners, ProcessSettings settings) {
    for (HttpListener listener : listeners) {
      Thread unused =
          Thread.ofVirtual()
              .name("postern-retire")
              .start(() -> listener.drain(Duration.ZERO, settings.connectionTerminationDeadline()));
    }
  }

  private static ReloadResult result(
      ReloadResult.Status status,
      Snapshot inUse,
      List<InvalidConfigurationException.Problem> problems,
      long start) {
    return new ReloadResult(
        status,
        inUse.version(),
        problems,
        status == ReloadResult.Status.APPLIED ? inUse.warnings() : List.of(),
        (System.nanoTime() - start) / 1_000_000);
  }

  /**
   * Ends the gateway: no more connections are accepted, requests in flight may end within the
   * configured {@code connectionTerminationDeadline}, and everything is closed.
   */
  @Override
  public void close() {
    close(config().config().connectionTerminationDeadline());
  }

  /** Ends the gateway; requests in flight may end within {@code deadline}. */
  public void close(Duration deadline) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    Duration least = config().config().connectionMinTerminationDeadline();
    Doors open;
    reloading.lock();
    try {
      open = doors;
    } finally {
      reloading.unlock();
    }
    if (open != null) {
      open.drain(least, deadline);
      open.close();
    }
    snapshot.leave();
    resources.upstream().close();
    resources.telemetry().close();
  }

  private String firstGateway() {
    for (String name : snapshot.entrances().keySet()) {
      return name;
    }
    return GatewayConfig.DEFAULT_GATEWAY;
  }

  private Front front(String gateway) {
    return fronts.computeIfAbsent(
        gateway, name -> new Front(name, this::enterSnapshot, resources.telemetry()));
  }

  private Snapshot enterSnapshot() {
    while (true) {
      Snapshot current = snapshot;
      if (current.enter()) {
        return current;
      }
      if (current == snapshot) {
        throw new IllegalStateException("the gateway is closed");
      }
    }
  }
}
