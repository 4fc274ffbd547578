package dev.postern.benchmark;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.ExpressionEngine.Environment;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import dev.postern.policy.cel.CelExpressions;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.State;

/** What a rule costs: a claim and the path, with what naming them builds. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
public class ExpressionBenchmark {
  private static final AttributeKey<Map<String, String>> CLAIMS = AttributeKey.of("claims");

  private final ExpressionEngine engine =
      new CelExpressions().engine(InstantSource.system(), new Random(1), OpenTelemetry.noop());
  private final Expression rule =
      compile("jwt.role == \"admin\" && request.path.startsWith(\"/v1\")");
  private final Expression constant = compile("true");
  private final Exchange exchange =
      new Exchange(Connection.inProcess(), Scope.root(Timers.system()));
  private final GatewayRequest request = GatewayRequest.get("/v1/chat/completions").build();

  /** Signs the caller in. */
  public ExpressionBenchmark() {
    exchange.set(CLAIMS, Map.of("role", "admin"));
  }

  private Expression compile(String text) {
    return engine.compile(
        ExpressionText.parse(text),
        new Environment(Place.ROUTE, Moment.REQUEST, Result.BOOLEAN, List.of(new Claims())));
  }

  /** Evaluates the rule. */
  @Benchmark
  public boolean claimAndPath() throws EvaluationException {
    return rule.test(exchange, request, null);
  }

  /** Evaluates nothing: what an evaluation costs by itself. */
  @Benchmark
  public boolean nothing() throws EvaluationException {
    return constant.test(exchange, request, null);
  }

  private record Claims() implements VariableSource {
    @Override
    public String name() {
      return "jwt";
    }

    @Override
    public VariableType.Fields fields() {
      return new VariableType.Fields(Map.of(), true);
    }

    @Override
    public @Nullable Object read(Exchange exchange, String field) {
      Map<String, String> claims = exchange.get(CLAIMS);
      return claims == null ? null : claims.get(field);
    }
  }
}
