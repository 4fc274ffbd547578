package dev.postern.policy.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.EvaluationException.Kind;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.VariableSource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A compiled expression; failures and delays are counted by {@link Watch}. */
final class CelExpression implements Expression {
  private final String text;
  private final Inspection.Findings findings;
  private final Program program;
  private final List<VariableSource> sources;
  private final boolean onlyText;
  private final Watch.Counted counted;

  CelExpression(
      String text,
      Inspection.Findings findings,
      ExpressionEngine.Environment environment,
      Program program,
      Watch watch) {
    this.text = text;
    this.findings = findings;
    this.program = program;
    this.sources = environment.sources();
    this.onlyText = environment.result() == ExpressionEngine.Result.TEXT;
    this.counted = watch.counted(text);
  }

  @Override
  public String text() {
    return text;
  }

  @Override
  public Needs needs() {
    return findings.needs();
  }

  @Override
  public boolean spreads() {
    return findings.spreads();
  }

  @Override
  public Set<Oddity> oddities() {
    return findings.oddities();
  }

  @Override
  public boolean test(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    if (evaluate(exchange, request, response) instanceof Boolean bool) {
      return bool;
    }
    throw wrongType("neither true nor false");
  }

  @Override
  public String string(
      Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    Object value = evaluate(exchange, request, response);
    if (onlyText && !(value instanceof String)) {
      throw wrongType("not a text");
    }
    return text(value);
  }

  @Override
  public double number(
      Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    return switch (evaluate(exchange, request, response)) {
      case Long number -> number;
      case UnsignedLong number -> number.doubleValue();
      case Double number when !number.isNaN() -> number;
      default -> throw wrongType("not a number");
    };
  }

  @Override
  public Json json(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    try {
      return Values.toJson(evaluate(exchange, request, response));
    } catch (IllegalArgumentException e) {
      throw wrongType(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public byte[] bytes(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    Object value = evaluate(exchange, request, response);
    return value instanceof CelByteString bytes
        ? bytes.toByteArray()
        : text(value).getBytes(StandardCharsets.UTF_8);
  }

  private String text(Object value) throws EvaluationException {
    try {
      return Values.text(value);
    } catch (IllegalArgumentException e) {
      throw wrongType(String.valueOf(e.getMessage()));
    }
  }

  private Object evaluate(
      Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    Timers timers = exchange.scope().timers();
    long start = timers.nanoTime();
    try {
      return program.eval(new Activation(exchange, request, response, sources));
    } catch (CelEvaluationException | RuntimeException e) {
      throw counted.count(Failures.of(e));
    } finally {
      counted.took(timers.nanoTime() - start);
    }
  }

  private EvaluationException wrongType(String what) {
    return counted.count(new EvaluationException(Kind.TYPE, "the result is " + what));
  }

  @Override
  public String toString() {
    return text;
  }
}
