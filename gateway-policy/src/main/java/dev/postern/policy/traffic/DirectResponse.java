package dev.postern.policy.traffic;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HeaderChanges;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests of a route without any backend.
 *
 * @param status 200 to 599
 * @param body the content, as plain text; none by default
 * @param bodyExpression gives the content: texts and bytes as they are, everything else as JSON
 * @param headers expressions for headers; one that fails leaves its header out
 */
public record DirectResponse(
    int status,
    String body,
    @Nullable ExpressionText bodyExpression,
    Map<String, ExpressionText> headers)
    implements InterceptingPolicy {
  /** Checks the values; an absent body is empty. */
  public DirectResponse {
    boolean both = body != null && bodyExpression != null;
    body = body == null ? "" : body;
    headers =
        headers == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    headers.keySet().forEach(name -> HeaderChanges.checkName("headers", name));
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status: " + status + " (expected: 200..599)");
    }
    if (both) {
      throw new IllegalArgumentException(
          "body, bodyExpression: set together (expected: at most one)");
    }
    if ((!body.isEmpty() || bodyExpression != null) && (status == 204 || status == 304)) {
      throw new IllegalArgumentException(
          "body: " + body.length() + " characters (expected: none with status " + status + ")");
    }
  }

  /** Returns an answer of a fixed text. */
  @SuppressWarnings("NullAway") // an absent body becomes empty
  public DirectResponse(int status, @Nullable String body) {
    this(status, body, null, Map.of());
  }

  /** Returns an answer whose content an expression gives. */
  @SuppressWarnings("NullAway") // an absent body becomes empty
  public static DirectResponse computed(int status, String bodyExpression) {
    return new DirectResponse(status, null, ExpressionText.parse(bodyExpression), Map.of());
  }

  @Override
  public String kind() {
    return "directResponse";
  }

  @Override
  public Phase phase(Place place) {
    if (place != Place.ROUTE) {
      throw place.misplaced(kind(), "a route");
    }
    return Phase.DIRECT_RESPONSE;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    Expression content =
        bodyExpression == null ? null : compile(context, "bodyExpression", bodyExpression);
    Map<String, Expression> lines = new LinkedHashMap<>();
    headers.forEach((name, text) -> lines.put(name, compile(context, "headers." + name, text)));
    boolean reads =
        (content != null && content.needs().requestBody())
            || lines.values().stream().anyMatch(line -> line.needs().requestBody());
    Body fixed = Body.of(body);
    return (exchange, incoming, next) -> {
      GatewayRequest request =
          reads ? context.buffers().forExpressions(exchange, incoming) : incoming;
      Body answer = content == null ? fixed : evaluate(content, exchange, request);
      Headers.Builder head = Headers.builder();
      if (content != null || !body.isEmpty()) {
        head.set("content-type", "text/plain; charset=utf-8");
      }
      lines.forEach((name, line) -> set(head, name, line, exchange, request));
      request.body().discard();
      exchange.record().reason(Reason.DIRECT_RESPONSE, null);
      return GatewayResponse.of(status, head.build(), answer);
    };
  }

  private Expression compile(GatewayContext context, String field, ExpressionText text) {
    try {
      return context.expression(text, Moment.REQUEST, Result.ANY);
    } catch (ExpressionException e) {
      throw e.in(kind() + "." + field);
    }
  }

  private static Body evaluate(Expression content, Exchange exchange, GatewayRequest request) {
    try {
      return Body.of(content.bytes(exchange, request, null));
    } catch (EvaluationException e) {
      request.body().discard();
      throw Reason.INTERNAL.exception("internal error", e);
    }
  }

  private static void set(
      Headers.Builder head,
      String name,
      Expression line,
      Exchange exchange,
      GatewayRequest request) {
    try {
      String value = line.string(exchange, request, null);
      if (HeaderRules.isValue(value)) {
        head.set(name, value);
      }
    } catch (EvaluationException e) {
      // The engine has counted it; the answer goes out without this header.
    }
  }
}
