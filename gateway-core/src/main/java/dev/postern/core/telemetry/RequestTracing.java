package dev.postern.core.telemetry;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonNumber;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decides which requests are traced, makes their spans, and passes context on. */
final class RequestTracing {
  private static final String BAGGAGE = "baggage";

  private final Tracer tracer;
  private final boolean recording;
  private final TextMapPropagator propagator;
  private final RandomGenerator random;

  RequestTracing(OpenTelemetry openTelemetry, RandomGenerator random) {
    TracerProvider provider = openTelemetry.getTracerProvider();
    this.recording = !provider.equals(TracerProvider.noop());
    this.tracer =
        provider
            .tracerBuilder("dev.postern")
            .setInstrumentationVersion(Instruments.version())
            .build();
    TextMapPropagator given = openTelemetry.getPropagators().getTextMapPropagator();
    this.propagator =
        given.fields().isEmpty()
            ? TextMapPropagator.composite(
                W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())
            : given;
    this.random = random;
  }

  /** Returns the trace of a request that starts, or null when it has none. */
  @Nullable RequestTrace start(
      Exchange exchange, GatewayRequest request, Projections.OfSpans told) {
    Context host = exchange.connection().isInProcess() ? Context.current() : Context.root();
    boolean joined = Span.fromContext(host).getSpanContext().isValid();
    Context incoming =
        joined ? host : propagator.extract(host, request.headers(), HeaderGetter.INSTANCE);
    SpanContext parent = Span.fromContext(incoming).getSpanContext();
    if (recording && sampled(parent, exchange, request, told)) {
      Span span = startSpan(request, incoming);
      HeldSpans held = told.filter() == null ? null : new HeldSpans();
      Context own = incoming.with(span);
      return new RequestTrace(this, own, span, held, baggage(joined, request), false);
    }
    return parent.isValid()
        ? new RequestTrace(this, incoming, null, null, baggage(joined, request), !joined)
        : null;
  }

  /** Starts the span of a call. */
  Span startCall(OutboundCall call, Context parent) {
    return tracer
        .spanBuilder(call.kind().spanName)
        .setSpanKind(SpanKind.CLIENT)
        .setParent(parent)
        .setAttribute("agentgateway.outbound.kind", call.purpose().label)
        .setAttribute("agentgateway.outbound.subtype", call.kind().label)
        .startSpan();
  }

  /**
   * Returns {@code headers} with the context in them.
   *
   * @param baggage what to write as baggage instead of that of the context, or null
   */
  Headers inject(Context context, Headers headers, @Nullable String baggage) {
    Headers.Builder builder = headers.toBuilder();
    if (propagator.fields().contains("tracestate")) {
      // Not written when it is empty; one that did not fit its traceparent must not stay.
      builder.remove("tracestate");
    }
    boolean hasBaggage = headers.contains(BAGGAGE);
    propagator.inject(
        context,
        builder,
        (carrier, name, value) -> {
          if (!name.equals(BAGGAGE)) {
            builder.set(name, value);
          } else if (!hasBaggage) {
            builder.set(name, baggage == null ? value : baggage);
          }
        });
    return builder.build();
  }

  /** Ends the span of a request, unless it is filtered out with all that it holds. */
  void end(
      RequestTrace trace,
      RequestRecord record,
      Connection connection,
      @Nullable String grpcPath,
      Projections.OfSpans told,
      @Nullable Observation observation) {
    Span span = requireNonNull(trace.span());
    boolean keep = observation == null || observation.holds(told.filter());
    if (trace.held() != null) {
      trace.held().decide(keep);
    }
    if (!keep) {
      return;
    }
    if (!span.isRecording()) {
      span.end();
      return;
    }
    SpanFields fields = new SpanFields(span, told.removed());
    RequestFields.write(record, connection, fields);
    if (observation != null) {
      observation.values(told.attributes()).forEach(fields::add);
    }
    String given = fields.spanName();
    span.updateName(given == null ? name(fields.mcpMethod(), grpcPath, record) : given);
    if (isError(record)) {
      String error = record.error();
      span.setStatus(StatusCode.ERROR, error == null ? "" : LogText.shown(error));
    }
    span.end();
  }

  /** Whether somebody has to look at it: not when a client was refused or went away. */
  private static boolean isError(RequestRecord record) {
    Outcome outcome = record.outcome();
    boolean failed = outcome != null && outcome.kind() == Outcome.Kind.FAILED;
    return record.status() >= 500
        || record.reason() == Reason.UPSTREAM_FAILURE
        || (failed && !record.reason().expected());
  }

  private Span startSpan(GatewayRequest request, Context parent) {
    return tracer
        .spanBuilder("unknown")
        .setSpanKind(SpanKind.SERVER)
        .setParent(parent)
        .setAttribute("url.scheme", request.scheme())
        .setAttribute("network.protocol.version", protocolVersion(request))
        .startSpan();
  }

  private static String name(
      @Nullable String mcpMethod, @Nullable String grpcPath, RequestRecord record) {
    if (mcpMethod != null) {
      return mcpMethod;
    }
    if (grpcPath != null) {
      return grpcPath;
    }
    String pattern = record.pathPattern();
    return pattern == null ? "unknown" : RequestMetrics.method(record.method()) + " " + pattern;
  }

  private static String protocolVersion(GatewayRequest request) {
    return switch (request.version()) {
      case HTTP_1_0 -> "1.0";
      case HTTP_1_1 -> "1.1";
      case HTTP_2 -> "2";
    };
  }

  private boolean sampled(
      SpanContext parent, Exchange exchange, GatewayRequest request, Projections.OfSpans told) {
    if (!parent.isValid()) {
      double share = share(told.randomSampling(), exchange, request);
      return share >= 1 || (share > 0 && random.nextDouble() < share);
    }
    return parent.isSampled()
        && within(share(told.clientSampling(), exchange, request), parent.getTraceId());
  }

  /** Returns the share that applies to a request; none if its expression gives something else. */
  private static double share(Projections.Share share, Exchange exchange, GatewayRequest request) {
    Expression expression = share.expression();
    if (expression == null) {
      return share.value();
    }
    try {
      return switch (expression.json(exchange, request, null)) {
        case JsonBoolean bool -> bool.value() ? 1 : 0;
        case JsonNumber number -> number.toDouble();
        default -> 0;
      };
    } catch (EvaluationException | RuntimeException e) {
      return 0;
    }
  }

  /** Whether the last 56 bits of the trace id fall into the share: all gateways agree on it. */
  private static boolean within(double share, String traceId) {
    if (share >= 1) {
      return true;
    }
    long range = 1L << 56;
    long randomness = Long.parseUnsignedLong(traceId, 18, 32, 16);
    return randomness >= (long) ((1 - share) * range);
  }

  private static @Nullable String baggage(boolean joined, GatewayRequest request) {
    return joined || !request.headers().contains(BAGGAGE)
        ? null
        : String.join(",", request.headers().all(BAGGAGE));
  }

  private enum HeaderGetter implements TextMapGetter<Headers> {
    INSTANCE;

    @Override
    public Iterable<String> keys(Headers carrier) {
      return carrier.names();
    }

    @Override
    public @Nullable String get(@Nullable Headers carrier, String key) {
      return carrier == null ? null : carrier.get(key);
    }
  }
}
