package dev.postern.examples.runner;

import dev.postern.core.ProcessSettings;
import dev.postern.core.admin.MetricsText;
import dev.postern.core.admin.Readiness;
import dev.postern.core.admin.ReadinessHandler;
import dev.postern.core.admin.StatsHandler;
import dev.postern.core.exchange.Handler;
import dev.postern.core.listener.BindSettings;
import dev.postern.core.listener.ExchangeExecutor;
import dev.postern.core.listener.HttpListener;
import dev.postern.core.listener.ListenerRuntime;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The servers beside the traffic: readiness, and metrics. */
final class Servers implements AutoCloseable {
  private static final String STATS = "0.0.0.0:15020";
  private static final String READINESS = "0.0.0.0:15021";

  private final ListenerRuntime runtime = ListenerRuntime.create(ExchangeExecutor.AUTO);
  private final Readiness readiness = new Readiness(List.of("listeners"));

  private Servers() {}

  /**
   * Opens the servers that are not off.
   *
   * @throws IOException if a port cannot be opened; the message names the field
   */
  static Servers open(ProcessSettings settings, MetricsText metrics) throws IOException {
    Servers servers = new Servers();
    try {
      servers.open("config.statsAddr", settings.statsAddr(), STATS, new StatsHandler(metrics));
      servers.open(
          "config.readinessAddr",
          settings.readinessAddr(),
          READINESS,
          new ReadinessHandler(servers.readiness));
      return servers;
    } catch (IOException e) {
      servers.close();
      throw e;
    }
  }

  private void open(String field, @Nullable String written, String usual, Handler handler)
      throws IOException {
    String address = written == null ? usual : written;
    if (address.equals("off")) {
      return;
    }
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replace("[", "").replace("]", "");
    int port = Integer.parseInt(address.substring(colon + 1));
    try {
      HttpListener unused = HttpListener.open(runtime, BindSettings.of(host, port), handler);
    } catch (IOException e) {
      throw new IOException(field + ": " + e.getMessage(), e);
    }
  }

  void ready() {
    readiness.done("listeners");
  }

  void drain() {
    readiness.drain();
  }

  @Override
  public void close() {
    runtime.close();
  }
}
