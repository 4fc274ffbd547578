package dev.postern.policy.functional;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.EvaluationException.Kind;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonString;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.VariableSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A few expressions, for tests of what policies do with the values: literals, {@code a == b},
 * {@code a + b}, lists, and parts of the message.
 */
public record FakeExpressions(ExpressionText source, Environment environment)
    implements Expression {
  private static final String[] KNOWN = {"request.", "response.", "'", "["};

  /** The engine. */
  public static final ExpressionEngine.Provider ENGINE =
      (clock, random, telemetry) ->
          (text, environment) -> {
            check(text, environment);
            return new FakeExpressions(text, new Environment(environment.sources()));
          };

  /** What is offered where the expression stands. */
  public record Environment(List<VariableSource> sources) {}

  private static void check(ExpressionText text, ExpressionEngine.Environment environment) {
    for (String term : text.text().split("==|\\+", -1)) {
      String name = term.strip();
      boolean known = name.matches("true|false|null|fail\\(\\)|-?[0-9.]+");
      for (String start : KNOWN) {
        known |= name.startsWith(start);
      }
      for (VariableSource source : environment.sources()) {
        known |= name.startsWith(source.name() + ".");
      }
      if (!known) {
        throw new ExpressionException(text, text.text().indexOf(name), "unknown variable " + name);
      }
    }
  }

  @Override
  public String text() {
    return source.text();
  }

  @Override
  public Needs needs() {
    return new Needs(
        text().contains("request.body"),
        text().contains("response."),
        text().contains("response.body"),
        Set.of(),
        Set.of());
  }

  @Override
  public boolean test(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    if (json(exchange, request, response) instanceof JsonBoolean bool) {
      return bool.equals(Json.of(true));
    }
    throw new EvaluationException(Kind.TYPE, "not a boolean");
  }

  @Override
  public String string(
      Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    Json value = json(exchange, request, response);
    return value instanceof JsonString text ? text.text() : value.toString();
  }

  @Override
  public double number(
      Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    if (json(exchange, request, response) instanceof JsonNumber number) {
      return number.toDouble();
    }
    throw new EvaluationException(Kind.TYPE, "not a number");
  }

  @Override
  public byte[] bytes(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    return string(exchange, request, response).getBytes(UTF_8);
  }

  @Override
  public Json json(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response)
      throws EvaluationException {
    Message message = new Message(exchange, request, response);
    String[] sides = text().split("==", 2);
    Json left = sum(sides[0], message);
    return sides.length == 1 ? left : Json.of(left.equals(sum(sides[1], message)));
  }

  private record Message(
      Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response) {}

  private Json sum(String text, Message message) throws EvaluationException {
    String[] parts = text.split("\\+", -1);
    if (parts.length == 1) {
      return term(text.strip(), message);
    }
    StringBuilder all = new StringBuilder();
    for (String part : parts) {
      Json value = term(part.strip(), message);
      all.append(value instanceof JsonString string ? string.text() : value.toString());
    }
    return Json.of(all.toString());
  }

  private Json term(String text, Message message) throws EvaluationException {
    if (text.startsWith("'")) {
      return Json.of(text.substring(1, text.length() - 1));
    }
    if (text.startsWith("[")) {
      List<Json> items = new ArrayList<>();
      for (String item : text.substring(1, text.length() - 1).split(",", -1)) {
        items.add(term(item.strip(), message));
      }
      return JsonArray.of(items);
    }
    if (text.matches("-?[0-9.]+")) {
      return Json.parse(text);
    }
    GatewayRequest request = message.request();
    GatewayResponse response = message.response();
    return switch (text) {
      case "true", "false", "null" -> Json.parse(text);
      case "request.path" -> Json.of(request.path());
      case "request.method" -> Json.of(request.method());
      case "request.body" -> body(request.body());
      case "response.code" -> Json.of(present(response).status());
      case "response.body" -> body(present(response).body());
      case "fail()" -> throw new EvaluationException(Kind.FUNCTION, "failed on purpose");
      default -> {
        if (text.startsWith("request.headers.")) {
          yield header(request.headers(), text.substring("request.headers.".length()));
        }
        if (text.startsWith("response.headers.")) {
          yield header(present(response).headers(), text.substring("response.headers.".length()));
        }
        yield offered(text, message.exchange());
      }
    };
  }

  private Json offered(String text, Exchange exchange) throws EvaluationException {
    int dot = text.indexOf('.');
    for (VariableSource source : environment.sources()) {
      if (dot > 0 && source.name().equals(text.substring(0, dot))) {
        Object value = source.read(exchange, text.substring(dot + 1));
        if (value != null) {
          return value instanceof Json json ? json : Json.of(value.toString());
        }
      }
    }
    throw new EvaluationException(Kind.MISSING, "no value");
  }

  private static GatewayResponse present(@Nullable GatewayResponse response)
      throws EvaluationException {
    if (response == null) {
      throw new EvaluationException(Kind.MISSING, "no response");
    }
    return response;
  }

  private static Json header(Headers headers, String name) throws EvaluationException {
    String value = headers.get(name);
    if (value == null) {
      throw new EvaluationException(Kind.MISSING, "no header");
    }
    return Json.of(value);
  }

  private static Json body(Body body) throws EvaluationException {
    return switch (body) {
      case Body.Empty empty -> Json.of("");
      case Body.Bytes bytes -> Json.of(new String(bytes.array(), UTF_8));
      case Body.Streamed streamed ->
          throw new EvaluationException(Kind.LIMIT, "the body was not read into memory");
    };
  }
}
