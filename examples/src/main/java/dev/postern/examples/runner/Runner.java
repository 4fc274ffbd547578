package dev.postern.examples.runner;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.ProcessSettings;
import dev.postern.core.TracingResources;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.ConfigWatcher;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.telemetry.LogSink;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The program: one configuration, its ports, the servers about it, and a graceful end. */
public final class Runner {
  private static final int COULD_NOT_START = 1;
  private static final int BAD_CONFIGURATION = 2;

  private Runner() {}

  /** Runs until a signal ends it. */
  public static void main(String[] args) throws Exception {
    System.exit(run(args));
  }

  private static int run(String... args) throws InterruptedException {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Options.USAGE);
      return BAD_CONFIGURATION;
    }
    if (options.help()) {
      System.out.print(Options.USAGE);
      return 0;
    }
    if (options.version()) {
      System.out.println("postern " + version() + ", Java " + Runtime.version());
      return 0;
    }
    try {
      return options.tests() == null ? serve(options) : TestRun.run(options);
    } catch (ConfigException | Refused e) {
      System.err.println(e.getMessage());
      return BAD_CONFIGURATION;
    } catch (IOException e) {
      System.err.println(e.getMessage());
      return COULD_NOT_START;
    }
  }

  private static int serve(Options options) throws IOException, InterruptedException {
    LoadedConfig loaded = load(options);
    if (options.validateOnly()) {
      return validate(options, loaded);
    }
    try (Quickstart quickstart = loaded == null ? Quickstart.open() : null;
        RunnerTelemetry telemetry =
            new RunnerTelemetry(
                spans(), config(loaded).metrics().maxSeries(), version(), resources(loaded))) {
      LogLevels.apply(config(loaded).logging());
      GatewayConfig config = loaded == null ? quickstart(quickstart) : loaded.config();
      try (Gateway gateway = gateway(config, loaded, telemetry);
          Servers servers = Servers.open(config.config(), telemetry.metricsText())) {
        warn(options, loaded, gateway);
        gateway.start();
        servers.ready();
        announce(gateway);
        if (quickstart != null) {
          quickstart.announce(gateway.port());
        }
        CountDownLatch ending = Signals.onFirst();
        try (ConfigWatcher watcher = watch(options, loaded, gateway)) {
          ending.await();
        }
        servers.drain();
      }
    }
    return 0;
  }

  private static ProcessSettings config(@Nullable LoadedConfig loaded) {
    return loaded == null ? ProcessSettings.DEFAULT : loaded.config().config();
  }

  private static Map<String, String> resources(@Nullable LoadedConfig loaded) {
    return loaded == null ? Map.of() : TracingResources.of(loaded.config());
  }

  private static GatewayConfig quickstart(@Nullable Quickstart quickstart) {
    if (quickstart == null) {
      throw new IllegalStateException("neither a configuration nor the quickstart");
    }
    return quickstart.config();
  }

  private static @Nullable LoadedConfig load(Options options) throws IOException {
    LoadedConfig loaded = null;
    if (options.text() != null) {
      loaded = Configs.parse("<config>", options.text(), options.load());
    } else if ("-".equals(options.file())) {
      String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
      loaded = Configs.parse("<stdin>", text, options.load());
    } else if (options.file() != null) {
      loaded = Configs.load(Path.of(options.file()), options.load());
    }
    return loaded;
  }

  private static int validate(Options options, @Nullable LoadedConfig loaded) {
    if (loaded != null) {
      try (Gateway checked = gateway(loaded.config(), loaded, null)) {
        warn(options, loaded, checked);
      }
    }
    System.out.println("Configuration is valid!");
    return 0;
  }

  /** Tells what is odd about a configuration; with {@code --strict} it cannot be used. */
  private static void warn(Options options, @Nullable LoadedConfig loaded, Gateway gateway) {
    if (loaded != null) {
      loaded.diagnostics().forEach(System.out::println);
    }
    List<String> warnings = gateway.warnings();
    if (options.load().strict() && !warnings.isEmpty()) {
      throw new Refused(warnings);
    }
    warnings.forEach(warning -> System.out.println("warning: " + warning));
  }

  /** Warnings that were to be taken for errors. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(List<String> warnings) {
      super("error: " + String.join("\nerror: ", warnings));
    }
  }

  private static Gateway gateway(
      GatewayConfig config, @Nullable LoadedConfig loaded, @Nullable RunnerTelemetry telemetry) {
    var builder = Gateway.builder().config(config);
    if (telemetry != null) {
      builder.openTelemetry(telemetry.openTelemetry()).accessLog(LogSink.standardOutput());
    }
    try {
      return builder.build();
    } catch (InvalidConfigurationException e) {
      throw loaded == null ? e : loaded.locate(e);
    }
  }

  private static void announce(Gateway gateway) {
    Map<String, Bind> binds = gateway.config().gateways();
    for (Map.Entry<String, InetSocketAddress> open : gateway.addresses().entrySet()) {
      Bind bind = binds.get(open.getKey());
      boolean tls =
          bind != null
              && (bind.tls() != null
                  || bind.listeners().stream().anyMatch(listener -> listener.tls() != null));
      String host =
          open.getValue().getAddress().isAnyLocalAddress()
              ? "127.0.0.1"
              : open.getValue().getHostString();
      System.out.printf(
          "listening on %s://%s:%d%n",
          tls ? "https" : "http",
          host.indexOf(':') >= 0 ? "[" + host + "]" : host,
          open.getValue().getPort());
    }
  }

  private static @Nullable ConfigWatcher watch(
      Options options, @Nullable LoadedConfig loaded, Gateway gateway) {
    if (loaded == null || options.file() == null || options.file().equals("-")) {
      return null;
    }
    return ConfigWatcher.start(
        Path.of(options.file()), loaded, options.load(), gateway, reload -> {});
  }

  private static @Nullable SpanExporter spans() {
    Map<String, String> env = System.getenv();
    String traces = env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    String all = env.get("OTEL_EXPORTER_OTLP_ENDPOINT");
    if (traces == null && all == null) {
      return null;
    }
    String protocol = env.getOrDefault("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    if (protocol.startsWith("http")) {
      return SpanExporters.http(traces != null ? traces : all + "/v1/traces", Map.of());
    }
    return SpanExporters.grpc(traces != null ? traces : String.valueOf(all), Map.of());
  }

  static String version() {
    String version = Runner.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
