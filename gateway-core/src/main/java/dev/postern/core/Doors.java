package dev.postern.core;

import dev.postern.core.exchange.Handler;
import dev.postern.core.listener.BindSettings;
import dev.postern.core.listener.HttpListener;
import dev.postern.core.listener.ListenerRuntime;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The ports that are open. Knows which to open, to keep and to close when the configuration
 * changes.
 *
 * <p>Used by one thread at a time.
 */
final class Doors implements AutoCloseable {
  private final ListenerRuntime runtime;
  private final Function<String, Handler> fronts;
  private final Map<String, Open> open = new LinkedHashMap<>();

  /**
   * Creates doors that are closed.
   *
   * @param fronts gives what answers the requests of a bind
   */
  Doors(ListenerRuntime runtime, Function<String, Handler> fronts) {
    this.runtime = runtime;
    this.fronts = fronts;
  }

  /** A port that is open. */
  private record Open(BindSettings settings, HttpListener listener) {}

  /** Doors that were opened for a configuration that has not taken effect yet. */
  final class Prepared {
    private final Map<String, Open> opened = new LinkedHashMap<>();
    private final List<String> gone = new ArrayList<>();

    /** Takes effect; returns the listeners that are not wanted any more. */
    List<HttpListener> commit() {
      List<HttpListener> retired = new ArrayList<>();
      for (String name : gone) {
        Open before = open.remove(name);
        if (before != null) {
          retired.add(before.listener());
        }
      }
      opened.forEach((name, door) -> {
        Open before = open.put(name, door);
        if (before != null) {
          retired.add(before.listener());
        }
      });
      return retired;
    }

    /** Closes what was opened. */
    void abandon() {
      opened.values().forEach(door -> door.listener().close());
    }
  }

  /**
   * Opens the ports of {@code config} that are not open yet.
   *
   * @throws IOException if one cannot be opened; none is then
   */
  Prepared prepare(GatewayConfig config) throws IOException {
    Prepared prepared = new Prepared();
    Map<String, BindSettings> wanted = settings(config);
    open.keySet().stream().filter(name -> !wanted.containsKey(name)).forEach(prepared.gone::add);
    try {
      for (Map.Entry<String, BindSettings> bind : wanted.entrySet()) {
        Open now = open.get(bind.getKey());
        if (now == null || !now.settings().equals(bind.getValue())) {
          Handler front = fronts.apply(bind.getKey());
          HttpListener listener = HttpListener.open(runtime, bind.getValue(), front);
          prepared.opened.put(bind.getKey(), new Open(bind.getValue(), listener));
        }
      }
    } catch (IOException e) {
      prepared.abandon();
      throw e;
    }
    return prepared;
  }

  /** Returns where each bind listens. */
  Map<String, InetSocketAddress> addresses() {
    Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
    open.forEach((name, door) -> addresses.put(name, door.listener().address()));
    return addresses;
  }

  /** Stops accepting after {@code least}, and cuts what is in flight after {@code most}. */
  void drain(Duration least, Duration most) {
    List<Thread> draining = new ArrayList<>();
    for (Open door : open.values()) {
      draining.add(Thread.ofVirtual().start(() -> door.listener().drain(least, most)));
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

  private static Map<String, BindSettings> settings(GatewayConfig config) {
    Map<String, BindSettings> settings = new LinkedHashMap<>();
    config
        .gateways()
        .forEach((name, bind) -> {
          if (bind.port() != null) {
            settings.put(
                name,
                BindSettings.of(bind.address(), bind.port())
                    .withTls(certificates(bind))
                    .withLimits(config.frontendPolicies().http()));
          }
        });
    return settings;
  }

  private static List<dev.postern.core.listener.ServerTls> certificates(Bind bind) {
    List<dev.postern.core.listener.ServerTls> certificates = new ArrayList<>();
    for (Listener listener : bind.effectiveListeners()) {
      ServerTls tls = listener.tls();
      if (tls != null) {
        certificates.add(tls.forName(listener.hostname()));
      }
    }
    return certificates;
  }
}
