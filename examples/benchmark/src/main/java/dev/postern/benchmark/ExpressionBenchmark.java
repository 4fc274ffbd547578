package dev.postern.benchmark;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.Program;
import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.State;

/**
 * What a rule costs: a claim and the path. Beside it the same rule, evaluated by the library alone
 * over maps that are there already, and over maps that are made for each evaluation; the difference
 * is what making the variables costs, ours lazily, theirs not.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
public class ExpressionBenchmark {
  private static final String RULE = "jwt.role == \"admin\" && request.path.startsWith(\"/v1\")";
  private static final int MANY = 10_000;
  private static final AttributeKey<Map<String, String>> CLAIMS = AttributeKey.of("claims");

  private final ExpressionEngine engine = engine();
  private final Expression rule = compile(engine, RULE);
  private final Expression header = compile(engine, "request.headers[\"x-team\"] == \"blue\"");
  private final Expression constant = compile(engine, "true");
  private final Exchange exchange =
      new Exchange(Connection.inProcess(), Scope.root(Timers.system()));
  private final GatewayRequest request =
      GatewayRequest.get("/v1/chat/completions")
          .headers(
              Headers.of(
                  "accept", "*/*",
                  "authorization", "Bearer x",
                  "content-type", "application/json",
                  "user-agent", "benchmark",
                  "x-request-id", "1",
                  "x-team", "blue"))
          .build();
  private final Map<String, String> claims =
      Map.of("sub", "alice", "iss", "https://issuer", "aud", "gateway", "role", "admin");
  private final Program bare = bare();
  private final Map<String, Object> variables = variables();

  /** Signs the caller in. */
  public ExpressionBenchmark() {
    exchange.set(CLAIMS, claims);
  }

  private static ExpressionEngine engine() {
    return new CelExpressions().engine(InstantSource.system(), new Random(1), OpenTelemetry.noop());
  }

  private static Expression compile(ExpressionEngine engine, String text) {
    return engine.compile(
        ExpressionText.parse(text),
        new Environment(Place.ROUTE, Moment.REQUEST, Result.BOOLEAN, List.of(new Claims())));
  }

  private static Program bare() {
    CelOptions options = CelOptions.current().enableHeterogeneousNumericComparisons(true).build();
    MapType map = MapType.create(SimpleType.STRING, SimpleType.DYN);
    try {
      return CelRuntimeFactory.plannerRuntimeBuilder()
          .setOptions(options)
          .build()
          .createProgram(
              CelCompilerFactory.standardCelCompilerBuilder()
                  .setOptions(options)
                  .addVar("jwt", map)
                  .addVar("request", map)
                  .build()
                  .compile(RULE)
                  .getAst());
    } catch (CelValidationException | CelEvaluationException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Object> variables() {
    Map<String, Object> headers = new HashMap<>();
    request.headers().forEach(headers::put);
    return Map.of(
        "jwt",
        new HashMap<>(claims),
        "request",
        Map.of("method", request.method(), "path", request.path(), "headers", headers));
  }

  /** Evaluates the rule. */
  @Benchmark
  public boolean claimAndPath() throws EvaluationException {
    return rule.test(exchange, request, null);
  }

  /** The library alone, over variables that are there. */
  @Benchmark
  public Object claimAndPathBare() throws CelEvaluationException {
    return bare.eval(variables);
  }

  /** The library alone, over variables that are made first. */
  @Benchmark
  public Object claimAndPathBareWithVariables() throws CelEvaluationException {
    return bare.eval(variables());
  }

  /** Evaluates a rule over a header. */
  @Benchmark
  public boolean header() throws EvaluationException {
    return header.test(exchange, request, null);
  }

  /** Evaluates nothing: what an evaluation costs by itself. */
  @Benchmark
  public boolean nothing() throws EvaluationException {
    return constant.test(exchange, request, null);
  }

  /** Compiles ten thousand expressions, each another one, as a large configuration does. */
  @Benchmark
  public List<Expression> load() {
    ExpressionEngine fresh = engine();
    List<Expression> loaded = new ArrayList<>(MANY);
    for (int i = 0; i < MANY; i++) {
      loaded.add(compile(fresh, "jwt.role == \"r" + i + "\" && request.path.startsWith(\"/v1\")"));
    }
    return loaded;
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
