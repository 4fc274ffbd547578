package dev.postern.core.telemetry;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Observes the requests of one gateway: spans, metrics, access log.
 *
 * <p>{@link #start} is called once for each exchange; what is told of it is made from its record
 * when it has ended. Nothing here delays or fails a request: queues are bounded, and what does not
 * fit is dropped and counted. Safe for concurrent use.
 */
public final class Telemetry implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Telemetry.class.getName());

  private final RequestTracing tracing;
  private final boolean metering;
  private final int maxSeries;
  private final RequestMetrics requests;
  private final ListenerMetrics.All listeners;
  private final UpstreamMetrics upstream;
  private final ProcessMetrics process;
  private final Instruments instruments;
  private final @Nullable AccessLogger accessLog;
  private final @Nullable Mailbox<RequestRecord> listener;

  private Telemetry(Builder builder) {
    instruments = new Instruments(builder.openTelemetry, builder.metrics.remove());
    maxSeries = builder.metrics.maxSeries();
    metering = !builder.openTelemetry.getMeterProvider().equals(MeterProvider.noop());
    tracing = new RequestTracing(builder.openTelemetry, builder.random);
    requests = new RequestMetrics(instruments, maxSeries);
    listeners = new ListenerMetrics.All(instruments);
    upstream = new UpstreamMetrics(instruments);
    process = new ProcessMetrics(instruments);
    accessLog =
        builder.sink == null
            ? null
            : new AccessLogger(
                builder.sink,
                builder.format,
                count -> process.dropped("log", "queue_full", count),
                count -> process.dropped("log", "sink_failed", count));
    if (accessLog != null) {
      accessLog.level(builder.logging.accessLogLevel());
    }
    listener = builder.listener == null ? null : mailbox(builder.listener);
  }

  /** Returns telemetry that goes nowhere; trace context of callers is passed on all the same. */
  public static Telemetry none() {
    return builder().build();
  }

  /** Returns a builder of telemetry that goes nowhere. */
  public static Builder builder() {
    return new Builder();
  }

  /** What became of a configuration that was loaded again. */
  public enum Reload {
    /** It is in use. */
    APPLIED("applied"),
    /** It is what was in use before. */
    UNCHANGED("unchanged"),
    /** It is wrong; the one before stays in use. */
    REJECTED("rejected");

    final String label;

    Reload(String label) {
      this.label = label;
    }
  }

  /** Sets what a configuration says; requests that start from now on follow it. */
  public void settings(Tracing tracing, AccessLog accessLog) {
    this.tracing.settings(tracing);
    if (this.accessLog != null) {
      this.accessLog.settings(accessLog);
    }
  }

  /**
   * Sets from which level on the access log is written: its lines have {@code INFO}, and {@code
   * DEBUG} adds the ids of connection and request.
   */
  public void accessLogLevel(Level level) {
    if (accessLog != null) {
      accessLog.level(level);
    }
  }

  /**
   * Observes an exchange from now to its end. Its record must know the listener. To be called
   * before anybody else adds an end hook, so that what they note is told.
   */
  public void start(Exchange exchange, GatewayRequest request) {
    RequestTrace trace = tracing.start(exchange, request);
    if (trace != null) {
      exchange.set(RequestTrace.KEY, trace);
      SpanContext ids = Span.fromContext(trace.context()).getSpanContext();
      exchange.record().trace(ids.getTraceId(), ids.getSpanId());
    } else if (!metering && accessLog == null && listener == null) {
      return;
    }
    observe(exchange, trace, trace == null || trace.span() == null ? null : grpcPath(request));
  }

  /**
   * Observes a request that was refused before anything could be done with it: it counts and is
   * logged, and has no trace.
   */
  public void refused(Exchange exchange) {
    if (metering || accessLog != null || listener != null) {
      observe(exchange, null, null);
    }
  }

  private void observe(Exchange exchange, @Nullable RequestTrace trace, @Nullable String grpcPath) {
    ListenerMetrics door = listeners.of(exchange.connection(), exchange.record());
    door.requestStarted();
    exchange.onEnd(outcome -> end(exchange, door, trace, grpcPath));
  }

  /**
   * Returns the context of the request's trace, to be made current while code of the application
   * runs for it.
   */
  public Context context(Exchange exchange) {
    RequestTrace trace = exchange.get(RequestTrace.KEY);
    return trace == null ? Context.current() : trace.context();
  }

  /**
   * Starts to measure an upstream call, with a span of its own if the request has one.
   *
   * @param exchange the exchange that the call belongs to, or null
   */
  public ObservedCall call(@Nullable Exchange exchange, OutboundCall call) {
    if (exchange == null) {
      return new ObservedCall(call, upstream, null, null, Timers.system());
    }
    return new ObservedCall(
        call,
        upstream,
        exchange.get(RequestTrace.KEY),
        exchange.record(),
        exchange.scope().timers());
  }

  /**
   * Returns {@code headers} with the context of the request's trace, if there is one: for what is
   * sent on without being measured as a call.
   */
  public Headers upstreamHeaders(Exchange exchange, Headers headers) {
    RequestTrace trace = exchange.get(RequestTrace.KEY);
    return trace == null ? headers : trace.inject(headers);
  }

  /**
   * Records a new upstream connection.
   *
   * @param transport {@code plaintext}, {@code tls}, {@code tunnel} or {@code tunnel-tls}
   * @param nanos how long it took, TLS handshake included
   */
  public void upstreamConnected(String transport, long nanos) {
    upstream.connected(transport, nanos);
  }

  /**
   * Returns where a module makes a metric of its own: nowhere if the configuration removes it.
   *
   * @param name the name without {@code agentgateway_} in front
   */
  public Meter meter(String name) {
    return instruments.meter(name);
  }

  /** Returns the most label sets of one metric. */
  public int maxSeries() {
    return maxSeries;
  }

  /**
   * Returns the metrics of a listener.
   *
   * @param bind the port, as configured
   * @param gateway the name of the gateway, or null when a connection does not tell
   * @param listener the name of the listener, or null when a connection does not tell
   * @param protocol {@code http}, {@code https}, {@code tcp} or {@code tls}
   */
  public ListenerMetrics listener(
      int bind, @Nullable String gateway, @Nullable String listener, String protocol) {
    return listeners.of(bind, gateway, listener, protocol);
  }

  /** Notes that the first configuration is in use. */
  public void configured() {
    process.configured();
  }

  /** Counts a configuration that was loaded again. */
  public void reloaded(Reload result) {
    process.reloaded(result);
  }

  /** Writes out what waits, and takes no longer than that. */
  @Override
  public void close() {
    if (accessLog != null) {
      accessLog.close();
    }
    if (listener != null) {
      listener.close();
    }
  }

  private void end(
      Exchange exchange,
      ListenerMetrics door,
      @Nullable RequestTrace trace,
      @Nullable String grpcPath) {
    RequestRecord record = exchange.record();
    Connection connection = exchange.connection();
    door.requestEnded();
    if (metering) {
      Context context = trace == null ? Context.root() : trace.context();
      requests.ended(record, connection.bind(), context);
    }
    if (trace != null && trace.span() != null) {
      tracing.end(trace.span(), record, connection, grpcPath);
    }
    if (accessLog != null) {
      accessLog.log(record, connection);
    }
    if (listener != null) {
      listener.send(record);
    }
  }

  private Mailbox<RequestRecord> mailbox(RequestListener listener) {
    return new Mailbox<>(
        "postern-request-listener",
        16_384,
        records -> records.forEach(record -> tell(listener, record)),
        count -> process.dropped("listener", "queue_full", count));
  }

  private static void tell(RequestListener listener, RequestRecord record) {
    try {
      listener.onRequest(record);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a request listener failed", e);
    }
  }

  private static @Nullable String grpcPath(GatewayRequest request) {
    String contentType = request.header("content-type");
    return contentType != null && contentType.startsWith("application/grpc")
        ? request.path()
        : null;
  }

  /** Says where telemetry goes. Not safe for concurrent use. */
  public static final class Builder {
    private OpenTelemetry openTelemetry = OpenTelemetry.noop();
    private Metrics metrics = Metrics.DEFAULT;
    private Logging logging = Logging.DEFAULT;
    private RandomGenerator random = new Random();
    private @Nullable LogSink sink;
    private AccessLog.Format format = AccessLog.Format.TEXT;
    private @Nullable RequestListener listener;

    private Builder() {}

    /** Sets where spans and metrics go; nowhere by default. */
    public Builder openTelemetry(OpenTelemetry openTelemetry) {
      this.openTelemetry = requireNonNull(openTelemetry, "openTelemetry");
      return this;
    }

    /** Sets which metrics are collected. */
    public Builder metrics(Metrics metrics) {
      this.metrics = requireNonNull(metrics, "metrics");
      return this;
    }

    /** Sets from which level on the access log is written. */
    public Builder logging(Logging logging) {
      this.logging = requireNonNull(logging, "logging");
      return this;
    }

    /** Sets the randomness that decides which requests start a trace. */
    public Builder random(RandomGenerator random) {
      this.random = requireNonNull(random, "random");
      return this;
    }

    /** Sets where the access log goes; nowhere by default. */
    public Builder accessLog(LogSink sink, AccessLog.Format format) {
      this.sink = requireNonNull(sink, "sink");
      this.format = requireNonNull(format, "format");
      return this;
    }

    /** Sets who is told of every request that has ended. */
    public Builder requestListener(RequestListener listener) {
      this.listener = requireNonNull(listener, "listener");
      return this;
    }

    /** Returns the telemetry. */
    public Telemetry build() {
      return new Telemetry(this);
    }
  }
}
