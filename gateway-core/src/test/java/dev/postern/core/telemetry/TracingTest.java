package dev.postern.core.telemetry;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";
  private static final String SAMPLED = "00-" + TRACE + "-" + CALLER + "-01";
  private static final String UNSAMPLED = "00-" + TRACE + "-" + CALLER + "-00";
  private static final GatewayRequest GET =
      GatewayRequest.get("/v1/models?key=s3cret").authority("api.example.com").build();

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private final Telemetry telemetry = Telemetry.builder().openTelemetry(sdk).build();
  private final TestRequests requests = new TestRequests(telemetry);

  @AfterEach
  void close() {
    sdk.close();
  }

  @Test
  void aSampledCallerGetsAServerSpanWithTheReferenceNames() {
    requests.done(GET.toBuilder().header("traceparent", SAMPLED).build());

    SpanData span = onlySpan();
    assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(span.getName()).isEqualTo("GET /v1/*");
    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getParentSpanId()).isEqualTo(CALLER);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("dev.postern");
    assertThat(span.getAttributes().asMap())
        .containsOnly(
            entry("url.scheme", "http"),
            entry("network.protocol.version", "1.1"),
            entry("gateway", "default"),
            entry("listener", "web"),
            entry("route", "chat"),
            entry("endpoint", "127.0.0.1:9000"),
            entry("src.addr", "192.0.2.7:50123"),
            entry("http.method", "GET"),
            entry("http.host", "api.example.com"),
            entry("http.path", "/v1/models"),
            entry("http.version", "HTTP/1.1"),
            Map.entry(longKey("http.status"), 200L),
            entry("protocol", "http"),
            entry("duration", "12ms"));
  }

  @Test
  void theRecordKnowsTheTrace() {
    Exchange exchange = requests.done(GET.toBuilder().header("traceparent", SAMPLED).build());

    assertThat(exchange.record().traceId()).isEqualTo(TRACE);
    assertThat(exchange.record().spanId()).isEqualTo(onlySpan().getSpanId());
  }

  @Test
  void removedAttributesAreNotShown() {
    telemetry.projections(
        projections(Tracing.DEFAULT.randomSampling(1).remove("http.host", "src.addr")));
    requests.done(GET);

    assertThat(onlySpan().getAttributes().asMap())
        .doesNotContainKeys(stringKey("http.host"), stringKey("src.addr"))
        .containsKey(stringKey("http.path"));
  }

  @Test
  void eachAttemptHasAClientSpanThatUpstreamSees() {
    Exchange exchange = requests.start(GET.toBuilder().header("traceparent", SAMPLED).build());
    ObservedCall first = telemetry.call(exchange, OutboundCall.HTTP);
    first.target("127.0.0.1:9000", 1);
    first.failed(new IOException("connection reset"));
    ObservedCall second = telemetry.call(exchange, OutboundCall.HTTP);
    second.target("127.0.0.1:9001", 2);
    Headers sent = second.headers(Headers.of("a", "b", "traceparent", SAMPLED));
    second.head(429);
    requests.route(exchange);
    exchange.end(Outcome.DONE);

    List<SpanData> all = spans.getFinishedSpanItems();
    SpanData server = all.get(2);
    assertThat(all).extracting(SpanData::getName).containsExactly("http", "http", "GET /v1/*");
    assertThat(all.subList(0, 2))
        .allSatisfy(span -> {
          assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
          assertThat(span.getParentSpanId()).isEqualTo(server.getSpanId());
          assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
          assertThat(span.getAttributes().get(stringKey("agentgateway.outbound.kind")))
              .isEqualTo("Primary");
          assertThat(span.getAttributes().get(stringKey("agentgateway.outbound.subtype")))
              .isEqualTo("Http");
        });
    assertThat(all.get(0).getStatus().getDescription())
        .isEqualTo("java.io.IOException: connection reset");
    assertThat(all.get(1).getAttributes().get(longKey("retry.attempt"))).isEqualTo(1);
    assertThat(all.get(1).getAttributes().get(longKey("http.status"))).isEqualTo(429);
    assertThat(all.get(1).getAttributes().get(stringKey("endpoint"))).isEqualTo("127.0.0.1:9001");
    assertThat(sent)
        .isEqualTo(Headers.of("a", "b", "traceparent", traceparent(TRACE, all.get(1).getSpanId())));
  }

  @Test
  void anUnsampledCallerGetsNoSpanAndItsContextGoesOnAsItIs() {
    Headers headers =
        Headers.of("traceparent", UNSAMPLED, "tracestate", "v=1", "baggage", "user=42;p=1");
    Exchange exchange = requests.start(GET.withHeaders(headers));
    ObservedCall call = telemetry.call(exchange, OutboundCall.HTTP);

    assertThat(call.headers(headers)).isSameAs(headers);
    assertThat(call.headers(Headers.of("a", "b")))
        .isEqualTo(
            Headers.of(
                "a", "b", "traceparent", UNSAMPLED, "tracestate", "v=1", "baggage", "user=42;p=1"));
    exchange.end(Outcome.DONE);
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(exchange.record().traceId()).isEqualTo(TRACE);
  }

  @Test
  void baggageGoesOnToTheByteAlsoWhenTheSpanChanges() {
    Headers headers = Headers.of("traceparent", SAMPLED, "baggage", "user=42;p=1,a=%20");
    Exchange exchange = requests.start(GET.withHeaders(headers));

    assertThat(telemetry.upstreamHeaders(exchange, headers).all("baggage"))
        .containsExactly("user=42;p=1,a=%20");
    assertThat(telemetry.upstreamHeaders(exchange, Headers.EMPTY).all("baggage"))
        .containsExactly("user=42;p=1,a=%20");
  }

  @Test
  void withoutAnSdkTheContextGoesOnAsItIs() {
    try (Telemetry none = Telemetry.none()) {
      Headers headers = Headers.of("traceparent", SAMPLED);
      Exchange exchange = new TestRequests(none).start(GET.withHeaders(headers));

      assertThat(none.call(exchange, OutboundCall.HTTP).headers(headers)).isSameAs(headers);
      assertThat(none.upstreamHeaders(exchange, Headers.EMPTY)).isEqualTo(headers);
      assertThat(exchange.record().traceId()).isEqualTo(TRACE);
    }
  }

  @Test
  void aRequestWithoutContextIsNotTracedByDefault() {
    Exchange exchange = requests.start(GET);

    assertThat(telemetry.call(exchange, OutboundCall.HTTP).headers(Headers.EMPTY))
        .isSameAs(Headers.EMPTY);
    exchange.end(Outcome.DONE);
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(exchange.record().traceId()).isNull();
  }

  @Test
  void randomSamplingStartsTraces() {
    telemetry.projections(projections(Tracing.DEFAULT.randomSampling(1)));
    Exchange exchange = requests.start(GET);
    Headers sent = telemetry.upstreamHeaders(exchange, Headers.EMPTY);
    exchange.end(Outcome.DONE);

    assertThat(onlySpan().getParentSpanContext().isValid()).isFalse();
    assertThat(onlySpan().getName()).isEqualTo("unknown");
    assertThat(sent.get("traceparent"))
        .startsWith("00-" + onlySpan().getTraceId() + "-" + onlySpan().getSpanId());
  }

  @Test
  void theShareOfSampledCallersIsDecidedByTheTraceId() {
    telemetry.projections(projections(Tracing.DEFAULT.clientSampling(0.25).randomSampling(0)));
    String prefix = "00-4bf92f3577b34da6a3";
    String kept = prefix + "c0000000000000-" + CALLER + "-01";
    String left = prefix + "bfffffffffffff-" + CALLER + "-01";
    requests.done(GET.toBuilder().header("traceparent", kept).build());
    requests.done(GET.toBuilder().header("traceparent", left).build());

    assertThat(onlySpan().getTraceId()).endsWith("c0000000000000");
  }

  @Test
  void clientSamplingCanBeSwitchedOff() {
    telemetry.projections(projections(Tracing.DEFAULT.clientSampling(0).randomSampling(1)));
    requests.done(GET.toBuilder().header("traceparent", SAMPLED).build());

    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }

  @Test
  void anInProcessCallJoinsTheSpanOfTheHost() {
    Span host = sdk.getTracer("host").spanBuilder("host").startSpan();
    Baggage baggage = Baggage.builder().put("user", "42").build();
    Context context = Context.root().with(host).with(baggage);
    Exchange exchange;
    Headers sent;
    try (Scope current = context.makeCurrent()) {
      assertThat(current).isNotNull();
      exchange = requests.start(Connection.inProcess(), GET);
      sent = telemetry.call(exchange, OutboundCall.HTTP).headers(Headers.EMPTY);
    }
    exchange.end(Outcome.DONE);

    assertThat(onlySpan().getParentSpanId()).isEqualTo(host.getSpanContext().getSpanId());
    assertThat(sent.get("baggage")).isEqualTo("user=42");
    assertThat(sent.get("traceparent")).startsWith("00-" + onlySpan().getTraceId());
    assertThat(Span.fromContext(telemetry.context(exchange)).getSpanContext().getSpanId())
        .isEqualTo(onlySpan().getSpanId());
  }

  @Test
  void aRequestFromOutsideDoesNotJoinWhatIsCurrent() {
    telemetry.projections(projections(Tracing.DEFAULT.randomSampling(1)));
    Span host = sdk.getTracer("host").spanBuilder("host").startSpan();
    try (Scope current = host.makeCurrent()) {
      assertThat(current).isNotNull();
      requests.done(GET);
    }

    assertThat(onlySpan().getParentSpanContext().isValid()).isFalse();
  }

  @Test
  void failuresMakeTheServerSpanAnError() {
    telemetry.projections(projections(Tracing.DEFAULT.randomSampling(1)));
    Exchange exchange = requests.serve(GET);
    exchange.record().status(503);
    exchange.record().reason(Reason.UPSTREAM_FAILURE, "GET /p?token=s3cret failed");
    exchange.end(Outcome.DONE);

    assertThat(onlySpan().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(onlySpan().getStatus().getDescription()).isEqualTo("GET /p?token=<redacted> failed");
    assertThat(onlySpan().getAttributes().get(stringKey("reason"))).isEqualTo("UpstreamFailure");
  }

  @Test
  void aStreamThatBreaksIsAnErrorUnlessTheClientWentAway() {
    telemetry.projections(projections(Tracing.DEFAULT.randomSampling(1)));
    requests.serve(GET).end(Outcome.failed(Reason.TIMEOUT.exception("stream idle timeout")));
    requests.serve(GET).end(Outcome.failed(Reason.CANCELLED.exception("client went away")));
    requests.serve(GET).end(Outcome.ABANDONED);

    assertThat(spans.getFinishedSpanItems())
        .extracting(span -> span.getStatus().getStatusCode())
        .containsExactly(StatusCode.ERROR, StatusCode.UNSET, StatusCode.UNSET);
  }

  @Test
  void refusalsAreNoError() {
    telemetry.projections(projections(Tracing.DEFAULT.randomSampling(1)));
    Exchange exchange = requests.start(GET);
    exchange.record().status(404);
    exchange.record().reason(Reason.NOT_FOUND, "route not found");
    exchange.end(Outcome.DONE);

    assertThat(onlySpan().getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void grpcAndMcpRequestsAreNamedAfterTheirMethod() {
    telemetry.projections(projections(Tracing.DEFAULT.randomSampling(1)));
    requests.done(
        GatewayRequest.builder("POST", "/pkg.Service/Call")
            .header("content-type", "application/grpc+proto")
            .build());
    Exchange mcp = requests.serve(GET);
    mcp.record().protocolFields(sink -> sink.field("mcp.method.name", "tools/call"));
    mcp.end(Outcome.DONE);

    assertThat(spans.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsExactly("/pkg.Service/Call", "tools/call");
  }

  @Test
  void sharesAreChecked() {
    assertThatThrownBy(() -> Sampling.of(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1.5 (expected: true, false, 0..1 or an expression)");
    assertThatThrownBy(() -> Sampling.of(Double.NaN)).hasMessageStartingWith("NaN (expected: ");
    assertThat(Sampling.of("true")).isEqualTo(Sampling.ALWAYS).isEqualTo(Sampling.of(1));
    assertThat(Sampling.of("0.0")).isEqualTo(Sampling.NEVER);
  }

  private static Projections projections(Tracing tracing) {
    return FakeExpressions.compiled(AccessLog.DEFAULT, tracing, MetricLabels.DEFAULT);
  }

  private SpanData onlySpan() {
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
    return spans.getFinishedSpanItems().getFirst();
  }

  private static String traceparent(String traceId, String spanId) {
    return "00-" + traceId + "-" + spanId + "-01";
  }

  private static Map.Entry<AttributeKey<?>, Object> entry(String name, String value) {
    return Map.entry(stringKey(name), value);
  }
}
