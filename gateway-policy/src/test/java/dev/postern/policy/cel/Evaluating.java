package dev.postern.policy.cel;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.ExpressionEngine.Environment;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions without a gateway. */
final class Evaluating {
  static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  static final ExpressionEngine ENGINE =
      new CelEngine(InstantSource.fixed(NOW), new Random(1), OpenTelemetry.noop());

  private GatewayRequest request = GatewayRequest.get("/").authority("example.com").build();
  private @Nullable GatewayResponse response;
  private final List<VariableSource> sources = new ArrayList<>();
  private boolean atEnd;
  final Exchange exchange = new Exchange(Connection.inProcess(), Scope.root(Timers.system()));

  static Evaluating of(GatewayRequest request) {
    Evaluating evaluating = new Evaluating();
    evaluating.request = request;
    return evaluating;
  }

  Evaluating response(GatewayResponse response) {
    this.response = response;
    return this;
  }

  Evaluating with(String name, Map<String, Object> values) {
    Offered source = new Offered(name);
    sources.add(source);
    exchange.set(source.key, values);
    return this;
  }

  Evaluating with(VariableSource source) {
    sources.add(source);
    return this;
  }

  /** When the exchange has ended, for logs. */
  Evaluating atEnd() {
    atEnd = true;
    return this;
  }

  static Json eval(String expression) throws EvaluationException {
    return new Evaluating().json(expression);
  }

  Json json(String expression) throws EvaluationException {
    return compile(expression, Result.ANY).json(exchange, request, response);
  }

  boolean test(String expression) throws EvaluationException {
    return compile(expression, Result.BOOLEAN).test(exchange, request, response);
  }

  String string(String expression) throws EvaluationException {
    return compile(expression, Result.STRING).string(exchange, request, response);
  }

  Expression compile(String expression, Result result) {
    Moment moment = response == null ? Moment.REQUEST : Moment.RESPONSE;
    if (atEnd) {
      moment = Moment.END;
    }
    return ENGINE.compile(
        ExpressionText.parse(expression), new Environment(Place.ROUTE, moment, result, sources));
  }

  /** A variable whose fields are set by the test. */
  static final class Offered implements VariableSource {
    final AttributeKey<Map<String, Object>> key;
    private final String name;

    Offered(String name) {
      this.name = name;
      this.key = AttributeKey.of(name);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public VariableType.Fields fields() {
      return new VariableType.Fields(Map.of(), true);
    }

    @Override
    public @Nullable Object read(Exchange exchange, String field) {
      Map<String, Object> values = exchange.get(key);
      return values == null ? null : values.get(field);
    }

    @Override
    public Collection<String> present(Exchange exchange) {
      Map<String, Object> values = exchange.get(key);
      return values == null ? List.of() : values.keySet();
    }
  }
}
