package dev.postern.examples.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.telemetry.MetricNames;
import dev.postern.core.text.Secret;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.openai.OpenAi;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The metrics that a configuration can remove are those that are made. */
class MetricNamesTest {
  private final Set<String> made = new TreeSet<>();

  @Test
  void everyMetricIsListedAndNoOther() throws IOException {
    try (Gateway gateway =
        Gateway.builder()
            .openTelemetry(new Recording())
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route(
                "r",
                route -> route.backend(LlmBackend.builder(OpenAi.withKey(Secret.of("k"))).build()))
            .build()
            .start()) {
      MetricNames names = MetricNames.load();
      assertThat(gateway.addresses()).isNotEmpty();
      assertThat(made).allMatch(names::contains);
      assertThat(made).hasSameSizeAs(names.all());
    }
  }

  /** Notes the names of all metrics that are asked for by way of the gateway's telemetry. */
  private final class Recording implements OpenTelemetry, MeterProvider {
    @Override
    public TracerProvider getTracerProvider() {
      return TracerProvider.noop();
    }

    @Override
    public ContextPropagators getPropagators() {
      return ContextPropagators.noop();
    }

    @Override
    public MeterProvider getMeterProvider() {
      return this;
    }

    @Override
    public MeterBuilder meterBuilder(String scope) {
      return new MeterBuilder() {
        @Override
        public MeterBuilder setSchemaUrl(String url) {
          return this;
        }

        @Override
        public MeterBuilder setInstrumentationVersion(String version) {
          return this;
        }

        @Override
        public Meter build() {
          return new RecordingMeter();
        }
      };
    }
  }

  private final class RecordingMeter implements Meter {
    private final Meter noop = MeterProvider.noop().get("noop");

    private String noted(String name) {
      // Failures of expressions are counted aside from the telemetry that can leave metrics out.
      if (!name.startsWith("agentgateway_cel_")) {
        made.add(name);
      }
      return name;
    }

    @Override
    public LongCounterBuilder counterBuilder(String name) {
      return noop.counterBuilder(noted(name));
    }

    @Override
    public LongUpDownCounterBuilder upDownCounterBuilder(String name) {
      return noop.upDownCounterBuilder(noted(name));
    }

    @Override
    public DoubleHistogramBuilder histogramBuilder(String name) {
      return noop.histogramBuilder(noted(name));
    }

    @Override
    public DoubleGaugeBuilder gaugeBuilder(String name) {
      return noop.gaugeBuilder(noted(name));
    }
  }
}
