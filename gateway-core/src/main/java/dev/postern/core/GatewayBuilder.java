package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Timers;
import dev.postern.core.listener.ExchangeExecutor;
import dev.postern.core.routing.Route;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import dev.postern.core.telemetry.RequestListener;
import dev.postern.core.telemetry.Telemetry;
import dev.postern.core.upstream.UpstreamClient;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Gateway} is made of: its configuration, and what the application hands in.
 *
 * <p>Not safe for concurrent use.
 */
public final class GatewayBuilder {
  private GatewayConfig.Builder config = GatewayConfig.builder();
  private InstantSource clock = InstantSource.system();
  private Timers timers = Timers.system();
  private @Nullable RandomGenerator random;
  private @Nullable UpstreamClient upstream;
  private OpenTelemetry openTelemetry = OpenTelemetry.noop();
  private @Nullable LogSink accessLog;
  private AccessLog.@Nullable Format accessLogFormat;
  private @Nullable RequestListener requestListener;
  private ExchangeExecutor executor = ExchangeExecutor.AUTO;
  private ExpressionEngine.@Nullable Provider expressions;

  GatewayBuilder() {}

  /** Starts from a whole configuration, replacing what was collected so far. */
  public GatewayBuilder config(GatewayConfig config) {
    this.config = config.toBuilder();
    return this;
  }

  /** Adds a port for any host, named {@code default}. */
  public GatewayBuilder listen(int port) {
    config.listen(port);
    return this;
  }

  /** Adds a port. */
  public GatewayBuilder gateway(String name, Bind bind) {
    config.gateway(name, bind);
    return this;
  }

  /** Adds a route of this name. */
  public GatewayBuilder route(String name, Consumer<Route.Builder> parts) {
    config.route(name, parts);
    return this;
  }

  /** Adds a route. */
  public GatewayBuilder route(Route route) {
    config.route(route);
    return this;
  }

  /** Adds a backend that routes refer to by name. */
  public GatewayBuilder backend(String name, Backend backend, Policy... policies) {
    config.backend(name, backend, policies);
    return this;
  }

  /** Attaches a policy by name. */
  public GatewayBuilder policy(TargetedPolicy policy) {
    config.policy(policy);
    return this;
  }

  /** Sets the settings of the process. */
  public GatewayBuilder settings(ProcessSettings settings) {
    config.config(settings);
    return this;
  }

  /** Sets how connections are treated. */
  public GatewayBuilder frontendPolicies(FrontendPolicies frontendPolicies) {
    config.frontendPolicies(frontendPolicies);
    return this;
  }

  /** Adds a shorthand section. */
  public GatewayBuilder section(Section section) {
    config.section(section);
    return this;
  }

  /** Sets where spans and metrics go; nowhere by default. */
  public GatewayBuilder openTelemetry(OpenTelemetry openTelemetry) {
    this.openTelemetry = requireNonNull(openTelemetry, "openTelemetry");
    return this;
  }

  /** Sets the wall clock; the system's by default. */
  public GatewayBuilder clock(InstantSource clock) {
    this.clock = requireNonNull(clock, "clock");
    return this;
  }

  /** Sets the monotonic clock and what runs on it; the process's own by default. */
  public GatewayBuilder timers(Timers timers) {
    this.timers = requireNonNull(timers, "timers");
    return this;
  }

  /** Sets the randomness of choices; must be safe for concurrent use. */
  public GatewayBuilder random(RandomGenerator random) {
    this.random = requireNonNull(random, "random");
    return this;
  }

  /** Sets the client for calls to other servers; the bundled one by default. */
  public GatewayBuilder upstream(UpstreamClient upstream) {
    this.upstream = requireNonNull(upstream, "upstream");
    return this;
  }

  /**
   * Sets where the access log goes, in the format that the configuration says; nowhere by default.
   */
  public GatewayBuilder accessLog(LogSink sink) {
    this.accessLog = requireNonNull(sink, "sink");
    this.accessLogFormat = null;
    return this;
  }

  /** Sets where the access log goes, and in which format whatever the configuration says. */
  public GatewayBuilder accessLog(LogSink sink, AccessLog.Format format) {
    this.accessLog = requireNonNull(sink, "sink");
    this.accessLogFormat = requireNonNull(format, "format");
    return this;
  }

  /** Sets who is told of every request that has ended. */
  public GatewayBuilder requestListener(RequestListener requestListener) {
    this.requestListener = requireNonNull(requestListener, "requestListener");
    return this;
  }

  /** Sets which threads run the requests of listeners; virtual ones where they are sound. */
  public GatewayBuilder executor(ExchangeExecutor executor) {
    this.executor = requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Sets what compiles expressions; that of the gateway-policy module by default, if it is there.
   */
  public GatewayBuilder expressions(ExpressionEngine.Provider expressions) {
    this.expressions = requireNonNull(expressions, "expressions");
    return this;
  }

  /** Returns the configuration collected so far. */
  public GatewayConfig toConfig() {
    return withDefaultGateway(config.build());
  }

  /**
   * Returns the gateway. Ports are opened by Gateway.start.
   *
   * @throws InvalidConfigurationException with everything that is wrong with the configuration
   */
  public Gateway build() {
    GatewayConfig whole = toConfig();
    Buffers buffers = new Buffers(whole.config().maxBufferedBytes());
    Telemetry telemetry = telemetry(whole.config(), buffers);
    RandomGenerator random = this.random == null ? new SharedRandom() : this.random;
    Resources resources =
        new Resources(
            clock,
            timers,
            random,
            upstream == null
                ? UpstreamClient.create(timers, telemetry::upstreamConnected)
                : upstream,
            whole.config().transport(),
            openTelemetry,
            telemetry,
            buffers,
            expressions(random),
            variables(),
            new States());
    return new Gateway(whole, resources, executor);
  }

  private @Nullable ExpressionEngine expressions(RandomGenerator random) {
    ExpressionEngine.Provider provider =
        expressions != null
            ? expressions
            : ServiceLoader.load(ExpressionEngine.Provider.class).findFirst().orElse(null);
    return provider == null ? null : provider.engine(clock, random, openTelemetry);
  }

  /** What modules on the class path offer to expressions about all requests, as logs have them. */
  private static List<VariableSource> variables() {
    List<VariableSource> found = new ArrayList<>();
    ServiceLoader.load(VariableSource.class).forEach(found::add);
    return List.copyOf(found);
  }

  private Telemetry telemetry(ProcessSettings settings, Buffers buffers) {
    Telemetry.Builder builder =
        Telemetry.builder()
            .openTelemetry(openTelemetry)
            .metrics(settings.metrics())
            .memory(buffers)
            .logging(settings.logging());
    if (random != null) {
      builder.random(random);
    }
    if (accessLog != null) {
      builder.accessLog(
          accessLog, accessLogFormat == null ? settings.logging().format() : accessLogFormat);
    }
    if (requestListener != null) {
      builder.requestListener(requestListener);
    }
    return builder.build();
  }

  /** A gateway without any port still takes in-process calls. */
  private static GatewayConfig withDefaultGateway(GatewayConfig config) {
    return config.gateways().isEmpty() && config.sections().isEmpty()
        ? config.toBuilder().gateway(GatewayConfig.DEFAULT_GATEWAY, Bind.inProcess()).build()
        : config;
  }

  private static final class SharedRandom implements RandomGenerator {
    @Override
    public long nextLong() {
      return ThreadLocalRandom.current().nextLong();
    }
  }
}
