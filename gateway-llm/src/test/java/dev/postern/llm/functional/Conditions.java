package dev.postern.llm.functional;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.spi.ExpressionEngine;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Expressions that are written in Java, each under a text that stands for it. */
final class Conditions {
  private final Map<String, Value> values = new HashMap<>();

  /** Gives the value of an expression, or null when it has none. */
  @FunctionalInterface
  interface Value {
    @Nullable Object of(
        Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response);
  }

  Conditions with(String text, Value value) {
    values.put(text, value);
    return this;
  }

  /** Returns the content of a body that is in memory, or null. */
  static @Nullable String content(Body body) {
    return body instanceof Body.Bytes bytes
        ? new String(bytes.array(), StandardCharsets.UTF_8)
        : null;
  }

  ExpressionEngine.Provider engine() {
    return (clock, random, telemetry) ->
        (text, environment) -> {
          Value value = values.get(text.text());
          if (value == null) {
            throw new ExpressionException(text, 0, "unknown name " + text.text());
          }
          return new Written(text.text(), value);
        };
  }

  /** An expression; one whose text names a body needs it. */
  private record Written(String text, Value value) implements Expression {
    @Override
    public Needs needs() {
      return new Needs(
          text.contains("request.body"),
          text.contains("response"),
          text.contains("response.body"),
          Set.of(),
          Set.of());
    }

    private Object evaluate(
        Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
        throws EvaluationException {
      Object found = value.of(exchange, request, response);
      if (found == null) {
        throw new EvaluationException(EvaluationException.Kind.MISSING, "no value");
      }
      return found;
    }

    @Override
    public boolean test(
        Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
        throws EvaluationException {
      return (Boolean) evaluate(exchange, request, response);
    }

    @Override
    public String string(
        Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
        throws EvaluationException {
      return (String) evaluate(exchange, request, response);
    }

    @Override
    public double number(
        Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Json json(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
        throws EvaluationException {
      return Json.of(string(exchange, request, response));
    }

    @Override
    public byte[] bytes(
        Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response) {
      throw new UnsupportedOperationException();
    }
  }
}
