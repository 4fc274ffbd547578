package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.listener.BindSettings;
import dev.postern.core.listener.ConnectionObserver;
import dev.postern.core.listener.HttpListener;
import dev.postern.core.listener.ListenerRuntime;
import dev.postern.core.telemetry.ListenerMetrics;
import dev.postern.core.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The ports that are open. Knows which to open, to keep and to close when the configuration
 * changes.
 *
 * <p>Used by one thread at a time.
 */
final class Doors implements AutoCloseable {
  private final ListenerRuntime runtime;
  private final Function<String, Handler> fronts;
  private final Telemetry telemetry;

  /** By what they listen on, so that a bind may change its name without closing its port. */
  private final Map<String, Door> open = new LinkedHashMap<>();

  /**
   * Creates doors that are closed.
   *
   * @param fronts gives what answers the requests of a bind
   * @param telemetry is told of connections
   */
  Doors(ListenerRuntime runtime, Function<String, Handler> fronts, Telemetry telemetry) {
    this.runtime = runtime;
    this.fronts = fronts;
    this.telemetry = telemetry;
  }

  /** A port that is open, and whom its requests go to. */
  private static final class Door implements Handler, ConnectionObserver {
    private final Telemetry telemetry;
    private volatile String gateway;

    /** The name of the only listener, or null when a connection does not tell which it is for. */
    private volatile @Nullable String onlyListener;

    private volatile Handler front;
    private volatile BindSettings settings;
    private @Nullable HttpListener listener;

    Door(String gateway, Bind bind, Handler front, BindSettings settings, Telemetry telemetry) {
      List<Listener> listeners = bind.effectiveListeners();
      this.telemetry = telemetry;
      this.gateway = gateway;
      this.onlyListener = listeners.size() == 1 ? listeners.getFirst().name(0) : null;
      this.front = front;
      this.settings = settings;
    }

    @Override
    public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
      return front.handle(exchange, request);
    }

    @Override
    public void accepted() {
      metrics().accepted();
    }

    @Override
    public void closed(long received, long sent) {
      metrics().closed(received, sent);
    }

    @Override
    public void handshake(long nanos) {
      metrics().handshake(nanos);
    }

    @Override
    public void refused(Exchange exchange) {
      exchange.record().acceptedBy(gateway, onlyListener);
      telemetry.refused(exchange);
    }

    private ListenerMetrics metrics() {
      String protocol = settings.tls().isEmpty() ? "http" : "https";
      return telemetry.listener(settings.port(), gateway, onlyListener, protocol);
    }

    HttpListener listener() {
      return requireNonNull(listener);
    }
  }

  /** What a configuration that has not taken effect yet does to the doors. */
  final class Prepared {
    private final Map<String, Door> opened = new LinkedHashMap<>();
    private final List<Runnable> changes = new ArrayList<>();
    private final List<String> gone = new ArrayList<>();

    /** Takes effect; returns the listeners that are not wanted any more. */
    List<HttpListener> commit() {
      List<HttpListener> retired = new ArrayList<>();
      for (String key : gone) {
        Door door = open.remove(key);
        if (door != null) {
          retired.add(door.listener());
        }
      }
      changes.forEach(Runnable::run);
      open.putAll(opened);
      return retired;
    }

    /** Closes what was opened. */
    void abandon() {
      opened.values().forEach(door -> door.listener().close());
    }
  }

  /**
   * Opens the ports of {@code config} that are not open yet, and checks what changes at the others.
   *
   * @throws IOException if a port cannot be opened or a certificate not be used; nothing has
   *     changed then
   */
  Prepared prepare(GatewayConfig config) throws IOException {
    Prepared prepared = new Prepared();
    Map<String, Door> wanted = wanted(config);
    open.keySet().stream().filter(key -> !wanted.containsKey(key)).forEach(prepared.gone::add);
    try {
      for (Map.Entry<String, Door> entry : wanted.entrySet()) {
        Door next = entry.getValue();
        Door now = open.get(entry.getKey());
        if (now == null) {
          next.listener = HttpListener.open(runtime, next.settings, next, next);
          prepared.opened.put(entry.getKey(), next);
        } else {
          prepared.changes.add(change(now, next));
        }
      }
    } catch (IOException e) {
      prepared.abandon();
      throw e;
    }
    return prepared;
  }

  private static Runnable change(Door now, Door next) throws IOException {
    Runnable settings =
        now.settings.equals(next.settings) ? () -> {} : now.listener().prepare(next.settings);
    return () -> {
      settings.run();
      now.settings = next.settings;
      now.front = next.front;
      now.gateway = next.gateway;
      now.onlyListener = next.onlyListener;
    };
  }

  private Map<String, Door> wanted(GatewayConfig config) {
    Map<String, Door> wanted = new LinkedHashMap<>();
    config
        .gateways()
        .forEach((name, bind) -> {
          Integer port = bind.port();
          if (port != null) {
            BindSettings settings = settings(bind, port, config.frontendPolicies());
            String key = port == 0 ? name : bind.address() + ":" + port;
            wanted.put(key, new Door(name, bind, fronts.apply(name), settings, telemetry));
          }
        });
    return wanted;
  }

  private static BindSettings settings(Bind bind, int port, FrontendPolicies frontend) {
    return BindSettings.of(bind.address(), port)
        .withTls(bind.certificates(frontend.tls()))
        .withTlsHandshakeTimeout(frontend.tls().handshakeTimeout())
        .withKeepAlive(frontend.tcp().keepalives())
        .withLimits(frontend.http());
  }

  /** Returns where each bind listens. */
  Map<String, InetSocketAddress> addresses() {
    Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
    open.values().forEach(door -> addresses.put(door.gateway, door.listener().address()));
    return addresses;
  }

  /** Stops accepting after {@code least}, and cuts what is in flight after {@code most}. */
  void drain(Duration least, Duration most) {
    List<Thread> draining = new ArrayList<>();
    for (Door door : open.values()) {
      draining.add(
          Thread.ofVirtual().name("postern-drain").start(() -> door.listener().drain(least, most)));
    }
    for (Thread thread : draining) {
      join(thread);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    open.values().forEach(door -> door.listener().close());
    open.clear();
    runtime.close();
  }
}
