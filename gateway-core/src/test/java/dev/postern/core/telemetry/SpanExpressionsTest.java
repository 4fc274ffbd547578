package dev.postern.core.telemetry;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Outcome;
import dev.postern.core.http.GatewayRequest;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpanExpressionsTest {
  private static final String SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final GatewayRequest GET =
      GatewayRequest.get("/v1/models").header("x-sample", "true").build();

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private final Telemetry telemetry =
      Telemetry.builder().openTelemetry(sdk).random(new Random(3)).build();
  private final TestRequests requests = new TestRequests(telemetry);

  @AfterEach
  void close() {
    sdk.close();
  }

  @Test
  void attributesTakeTheTypeOfTheirValue() {
    use(
        Tracing.DEFAULT
            .randomSampling(1)
            .remove("http.host")
            .attribute("text", "request.path")
            .attribute("code", "response.code")
            .attribute("part", "0.5")
            .attribute("ok", "true")
            .attribute("tags", "['a', 'b']")
            .attribute("mixed", "['a', 1]")
            .attribute("gen_ai", "{'usage': {'prompt_tokens': 7}, 'system': 'openai'}")
            .attribute("none", "null")
            .attribute("broken", "fail()"));
    requests.done(GET);

    assertThat(onlySpan().getAttributes().asMap())
        .containsEntry(stringKey("text"), "/v1/models")
        .containsEntry(longKey("code"), 200L)
        .containsEntry(doubleKey("part"), 0.5)
        .containsEntry(booleanKey("ok"), true)
        .containsEntry(stringArrayKey("tags"), List.of("a", "b"))
        .containsEntry(stringKey("mixed"), "[\"a\",1]")
        .containsEntry(longKey("gen_ai.usage.prompt_tokens"), 7L)
        .containsEntry(stringKey("gen_ai.system"), "openai")
        .doesNotContainKeys(
            stringKey("http.host"), stringKey("none"), stringKey("broken"), stringKey("gen_ai"));
  }

  @Test
  void anAttributeCanNameTheSpan() {
    use(Tracing.DEFAULT.randomSampling(1).attribute("span.name", "request.path"));
    requests.done(GET);

    assertThat(onlySpan().getName()).isEqualTo("/v1/models");
    assertThat(onlySpan().getAttributes().get(stringKey("span.name"))).isNull();
  }

  @Test
  void anAttributeThatNamesTheSpanButHasNoValueLeavesItsName() {
    use(Tracing.DEFAULT.randomSampling(1).attribute("span.name", "fail()"));
    requests.done(GET);

    assertThat(onlySpan().getName()).isEqualTo("GET /v1/*");
  }

  @Test
  void filteredSpansAreDroppedWithThoseOfTheirCalls() {
    use(Tracing.DEFAULT.randomSampling(1).filter("response.code == 503"));
    withCall(200);
    assertThat(spans.getFinishedSpanItems()).isEmpty();

    withCall(503);
    assertThat(spans.getFinishedSpanItems()).extracting(SpanData::getName).hasSize(2);
    assertThat(spans.getFinishedSpanItems().getFirst().getParentSpanId())
        .isEqualTo(spans.getFinishedSpanItems().getLast().getSpanId());
  }

  @Test
  void aCallThatEndsAfterItsRequestFollowsItsFate() {
    use(Tracing.DEFAULT.randomSampling(1).filter("response.code == 503"));
    for (int status : List.of(200, 503)) {
      Exchange exchange = requests.serve(GET, status);
      ObservedCall late = telemetry.call(exchange, OutboundCall.HTTP);
      exchange.end(Outcome.DONE);
      int before = spans.getFinishedSpanItems().size();
      late.head(200);

      assertThat(spans.getFinishedSpanItems()).hasSize(before + (status == 503 ? 1 : 0));
    }
  }

  @Test
  void aFilterThatFailsDrops() {
    use(Tracing.DEFAULT.randomSampling(1).filter("fail()"));
    withCall(503);

    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }

  @Test
  void expressionsDecideWhoStartsATrace() {
    use(Tracing.DEFAULT.randomSampling(Sampling.of("request.headers.x-sample == 'true'")));
    requests.done(GET);
    requests.done(GatewayRequest.get("/v1/models").header("x-sample", "no").build());
    requests.done(GatewayRequest.get("/v1/models").build());

    assertThat(spans.getFinishedSpanItems()).hasSize(1);
  }

  @Test
  void expressionsGiveShares() {
    use(Tracing.DEFAULT.randomSampling(Sampling.of("[0.25]")));
    requests.done(GET);
    assertThat(spans.getFinishedSpanItems()).isEmpty(); // a list is no share

    use(Tracing.DEFAULT.clientSampling(Sampling.of("0.5 == 0.6")));
    requests.done(GET.toBuilder().header("traceparent", SAMPLED).build());
    assertThat(spans.getFinishedSpanItems()).isEmpty();

    use(Tracing.DEFAULT.clientSampling(Sampling.of("0.5 == 0.5")));
    requests.done(GET.toBuilder().header("traceparent", SAMPLED).build());
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
  }

  private void withCall(int status) {
    Exchange exchange = requests.serve(GET, status);
    telemetry.call(exchange, OutboundCall.HTTP).head(status);
    requests.pass(Duration.ofMillis(7));
    exchange.end(Outcome.DONE);
  }

  private void use(Tracing tracing) {
    telemetry.projections(
        FakeExpressions.compiled(AccessLog.DEFAULT, tracing, MetricLabels.DEFAULT));
  }

  private SpanData onlySpan() {
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
    return spans.getFinishedSpanItems().getFirst();
  }
}
