package dev.postern.core.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.EvaluationException.Kind;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonString;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A few expressions: literals, {@code a == b}, {@code fail()}, and parts of the message. */
record FakeExpressions(String text) implements Expression {
  /** Returns what the settings say, compiled. */
  static Projections compiled(AccessLog log, Tracing tracing, MetricLabels labels) {
    return Projections.of(
        log,
        tracing,
        labels,
        Projections.BODY_LIMIT,
        new Projections.Compiler() {
          @Override
          public Expression end(String path, ExpressionText text, boolean condition) {
            return new FakeExpressions(text.text());
          }

          @Override
          public Expression start(String path, ExpressionText text) {
            return new FakeExpressions(text.text());
          }
        });
  }

  @Override
  public Needs needs() {
    return new Needs(
        text.contains("request.body"),
        text.contains("response."),
        text.contains("response.body"),
        Set.of(),
        Set.of());
  }

  @Override
  public boolean test(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    if (json(exchange, request, response) instanceof JsonBoolean bool) {
      return bool.value();
    }
    throw new EvaluationException(Kind.TYPE, "not a boolean");
  }

  @Override
  public Json json(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    String[] sides = text.split("==", 2);
    Json left = term(sides[0].strip(), exchange, request, response);
    return sides.length == 1
        ? left
        : Json.of(left.equals(term(sides[1].strip(), exchange, request, response)));
  }

  private static Json term(
      String term, Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    return switch (term) {
      case "request.path" -> Json.of(request.path());
      case "request.body" -> Json.of(text(request.body()));
      case "request.bodyTruncated" -> Json.of(exchange.record().requestBodyTruncated());
      case "response.code" -> Json.of(present(response).status());
      case "response.body" -> Json.of(text(present(response).body()));
      case "response.bodyTruncated" -> Json.of(exchange.record().responseBodyTruncated());
      case "fail()" -> throw new EvaluationException(Kind.FUNCTION, "failed on purpose");
      default -> {
        if (term.startsWith("request.headers.")) {
          String value = request.header(term.substring("request.headers.".length()));
          if (value == null) {
            throw new EvaluationException(Kind.MISSING, "no such header");
          }
          yield Json.of(value);
        }
        yield Json.parse(term.replace('\'', '"'));
      }
    };
  }

  private static GatewayResponse present(@Nullable GatewayResponse response)
      throws EvaluationException {
    if (response == null) {
      throw new EvaluationException(Kind.MISSING, "no response");
    }
    return response;
  }

  private static String text(dev.postern.core.http.Body body) throws EvaluationException {
    try {
      return new String(body.readAll(Long.MAX_VALUE), UTF_8);
    } catch (IOException e) {
      throw new EvaluationException(Kind.OTHER, "unreadable");
    }
  }

  @Override
  public String string(
      Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    Json value = json(exchange, request, response);
    return value instanceof JsonString string ? string.text() : value.toString();
  }

  @Override
  public double number(
      Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    throw new EvaluationException(Kind.TYPE, "not a number");
  }

  @Override
  public byte[] bytes(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    return string(exchange, request, response).getBytes(UTF_8);
  }
}
