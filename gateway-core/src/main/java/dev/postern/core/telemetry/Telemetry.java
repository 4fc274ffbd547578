package dev.postern.core.telemetry;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
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

  private static final Memory UNLIMITED =
      new Memory() {
        @Override
        public boolean hold(long bytes) {
          return true;
        }

        @Override
        public void release(long bytes) {}
      };

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
  private final LabelValues labelValues = new LabelValues();
  private final Memory memory;
  private volatile Projections projections = Projections.DEFAULT;

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
    memory = builder.memory;
  }

  /** Counts the memory that holds bodies, for the whole process. */
  public interface Memory {
    /** Holds more, if there is as much left; returns whether there was. */
    boolean hold(long bytes);

    /** Gives back what was held. */
    void release(long bytes);
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
  public void projections(Projections projections) {
    this.projections = requireNonNull(projections, "projections");
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
   *
   * @return the request to go on with, which is the same but may be recorded
   */
  public GatewayRequest start(Exchange exchange, GatewayRequest request) {
    Projections projections = this.projections;
    RequestTrace trace = tracing.start(exchange, request, projections.spans());
    if (trace != null) {
      exchange.set(RequestTrace.KEY, trace);
      SpanContext ids = Span.fromContext(trace.context()).getSpanContext();
      exchange.record().trace(ids.getTraceId(), ids.getSpanId());
    } else if (!metering && accessLog == null && listener == null) {
      return request;
    }
    Observation observation = observation(exchange, projections);
    GatewayRequest observed = observation == null ? request : observation.started(request);
    String grpcPath = trace == null || trace.span() == null ? null : grpcPath(request);
    observe(exchange, projections, trace, grpcPath);
    return observed;
  }

  /**
   * Notes the response to an exchange that was started.
   *
   * @return the response to hand out, which is the same but may be recorded
   */
  public GatewayResponse answered(Exchange exchange, GatewayResponse response) {
    Observation observation = exchange.get(Observation.KEY);
    return observation == null ? response : observation.answered(response);
  }

  /**
   * Returns what the configuration adds to the labels of all metrics of a request that has ended.
   */
  public AddedLabels addedLabels(Exchange exchange) {
    Observation observation = exchange.get(Observation.KEY);
    return observation == null ? AddedLabels.NONE : observation.labels(labelValues);
  }

  /**
   * Observes a request that was refused before anything could be done with it: it counts and is
   * logged, and has no trace.
   */
  public void refused(Exchange exchange) {
    if (metering || accessLog != null || listener != null) {
      Projections projections = this.projections;
      Observation unused = observation(exchange, projections);
      observe(exchange, projections, null, null);
    }
  }

  private @Nullable Observation observation(Exchange exchange, Projections projections) {
    if (!projections.evaluates()) {
      return null;
    }
    Observation observation = new Observation(exchange, projections, memory);
    exchange.set(Observation.KEY, observation);
    return observation;
  }

  private void observe(
      Exchange exchange,
      Projections projections,
      @Nullable RequestTrace trace,
      @Nullable String grpcPath) {
    ListenerMetrics door = listeners.of(exchange.connection(), exchange.record());
    door.requestStarted();
    exchange.onEnd(outcome -> end(exchange, projections, door, trace, grpcPath));
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
      Projections projections,
      ListenerMetrics door,
      @Nullable RequestTrace trace,
      @Nullable String grpcPath) {
    RequestRecord record = exchange.record();
    Connection connection = exchange.connection();
    Observation observation = exchange.get(Observation.KEY);
    door.requestEnded();
    if (metering) {
      Context context = trace == null ? Context.root() : trace.context();
      requests.ended(record, connection.bind(), addedLabels(exchange), context);
    }
    if (trace != null && trace.span() != null) {
      tracing.end(trace, record, connection, grpcPath, projections.spans(), observation);
    }
    if (accessLog != null && accessLog.writes()) {
      Projections.OfLog log = projections.log();
      if (observation == null) {
        accessLog.log(record, connection, log.removed(), List.of());
      } else if (observation.holds(log.filter())) {
        accessLog.log(record, connection, log.removed(), observation.values(log.fields()));
      }
    }
    if (observation != null) {
      observation.release();
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
    private Memory memory = UNLIMITED;

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

    /** Sets what counts the memory for bodies that expressions look at; there is no limit else. */
    public Builder memory(Memory memory) {
      this.memory = requireNonNull(memory, "memory");
      return this;
    }

    /** Returns the telemetry. */
    public Telemetry build() {
      return new Telemetry(this);
    }
  }
}
