package dev.postern.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Scope;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.ExpressionEngine.Environment;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import dev.postern.policy.functional.ManualTimers;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Evaluations that take long are counted, by the clock of the exchange. */
class SlowEvaluationTest {
  private final ManualTimers timers = new ManualTimers();
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final CelEngine engine =
      new CelEngine(
          InstantSource.system(),
          new Random(1),
          OpenTelemetrySdk.builder()
              .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
              .build());
  private Duration pause = Duration.ZERO;

  // 19.1
  @Test
  void slowEvaluationsAreCounted() throws Exception {
    Expression expression = compile("slow.value == 1");
    evaluate(expression, Duration.ofMillis(5));
    assertThat(metrics.collectAllMetrics()).isEmpty();
    evaluate(expression, Duration.ofMillis(5).plusNanos(1));
    evaluate(expression, Duration.ofSeconds(1));
    assertThat(metrics.collectAllMetrics())
        .singleElement()
        .satisfies(metric -> {
          assertThat(metric.getName()).isEqualTo("agentgateway_cel_slow");
          LongPointData point = metric.getLongSumData().getPoints().iterator().next();
          assertThat(point.getValue()).isEqualTo(2);
          assertThat(point.getAttributes().get(AttributeKey.stringKey("expression")))
              .isEqualTo("slow.value == 1");
        });
  }

  private Expression compile(String text) {
    return engine.compile(
        ExpressionText.parse(text),
        new Environment(Place.ROUTE, Moment.REQUEST, Result.BOOLEAN, List.of(new Slow())));
  }

  private void evaluate(Expression expression, Duration duration) throws Exception {
    pause = duration;
    Exchange exchange = new Exchange(Connection.inProcess(), Scope.root(timers));
    expression.test(exchange, GatewayRequest.get("/").build(), null);
  }

  /** Takes its time. */
  private final class Slow implements VariableSource {
    @Override
    public String name() {
      return "slow";
    }

    @Override
    public VariableType.Fields fields() {
      return new VariableType.Fields(Map.of("value", VariableType.Scalar.INTEGER), false);
    }

    @Override
    public Object read(Exchange exchange, String field) {
      timers.advance(pause);
      pause = Duration.ZERO;
      return 1;
    }
  }
}
