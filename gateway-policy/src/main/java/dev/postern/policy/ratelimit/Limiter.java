package dev.postern.policy.ratelimit;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonNull;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import dev.postern.core.spi.CounterStore.Limit;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One limit, compiled: whose bucket a request takes from, and how much.
 *
 * @param name names it in logs
 * @param limit its counters
 * @param rule as it was configured
 * @param parts the expressions of the key; none for one bucket
 * @param cost the expression for how much a request takes, or null
 * @param nextWarning when its next warning may be logged
 */
record Limiter(
    String name,
    Limit limit,
    RateLimit rule,
    List<Part> parts,
    @Nullable Expression cost,
    AtomicLong nextWarning) {
  private static final long BETWEEN_WARNINGS = TimeUnit.MINUTES.toNanos(1);

  /** The bucket of requests without a key. No other key is like it, since those begin with "=". */
  private static final String SHARED = "";

  private record Part(String name, Expression value) {}

  /** Returns the limiters of a rule: one, or one for each descriptor. */
  static List<Limiter> of(int index, RateLimit rule, GatewayContext context) {
    String name = context.origin() + "[" + index + "]";
    String path = "localRateLimit[" + index + "].";
    Expression cost =
        rule.cost() == null ? null : compiled(context, path + "cost", rule.cost(), Result.NUMBER);
    List<Limiter> limiters = new ArrayList<>();
    ExpressionText key = rule.key();
    if (rule.descriptors().isEmpty()) {
      List<Part> parts =
          key == null
              ? List.of()
              : List.of(new Part("", compiled(context, path + "key", key, Result.ANY)));
      return List.of(new Limiter(name, limit(name, rule), rule, parts, cost, warnings(context)));
    }
    for (int i = 0; i < rule.descriptors().size(); i++) {
      String descriptor = "descriptors[" + i + "]";
      List<RateLimit.Descriptor.Part> entries = rule.descriptors().get(i).entries();
      List<Part> parts = new ArrayList<>();
      for (int j = 0; j < entries.size(); j++) {
        RateLimit.Descriptor.Part entry = entries.get(j);
        String field = path + descriptor + ".entries[" + j + "].value";
        parts.add(new Part(entry.key(), compiled(context, field, entry.value(), Result.STRING)));
      }
      String own = name + "." + descriptor;
      limiters.add(
          new Limiter(own, limit(own, rule), rule, List.copyOf(parts), cost, warnings(context)));
    }
    return limiters;
  }

  private static AtomicLong warnings(GatewayContext context) {
    return new AtomicLong(context.timers().nanoTime());
  }

  private static Limit limit(String name, RateLimit rule) {
    return new Limit(
        name, rule.maxTokens(), rule.tokensPerFill(), rule.fillInterval(), rule.maxKeys());
  }

  private static Expression compiled(
      GatewayContext context, String field, ExpressionText text, Result result) {
    try {
      return context.expression(text, Moment.REQUEST, result);
    } catch (ExpressionException e) {
      throw e.in(field);
    }
  }

  /** Returns whether a warning may be logged: one in a minute. */
  boolean mayWarn(long nanos) {
    long next = nextWarning.get();
    return nanos - next >= 0 && nextWarning.compareAndSet(next, nanos + BETWEEN_WARNINGS);
  }

  /** Returns the texts that make up the key. */
  List<String> keyText() {
    return parts.stream().map(part -> part.name() + ":" + part.value().text()).toList();
  }

  boolean needsBody() {
    return parts.stream().anyMatch(part -> part.value().needs().requestBody())
        || (cost != null && cost.needs().requestBody());
  }

  /** Returns the key of the bucket of a request, or null when it is not limited. */
  @Nullable String key(Exchange exchange, GatewayRequest request) throws EvaluationException {
    if (parts.isEmpty()) {
      return SHARED;
    }
    StringBuilder key = new StringBuilder("=");
    try {
      for (Part part : parts) {
        if (part.name().isEmpty()) {
          key.append(plain(part.value().json(exchange, request, null)));
        } else {
          // As JSON, so that no value can look like two.
          key.append(Json.of(part.name())).append(':');
          key.append(Json.of(part.value().string(exchange, request, null))).append(',');
        }
      }
    } catch (EvaluationException e) {
      return switch (rule.onKeyError()) {
        case SHARED -> SHARED;
        case SKIP -> null;
        case DENY -> throw e;
      };
    }
    return key.toString();
  }

  private static String plain(Json value) throws EvaluationException {
    return switch (value) {
      case JsonString string -> string.text();
      case JsonNull nothing -> throw noKey();
      case JsonObject object -> throw noKey();
      case JsonArray list -> list.toString();
      default -> value.toString();
    };
  }

  private static EvaluationException noKey() {
    return new EvaluationException(
        EvaluationException.Kind.TYPE, "no key (expected: a single value or a list)");
  }

  /** Returns how much a request takes. */
  long cost(Exchange exchange, GatewayRequest request) {
    if (cost == null) {
      return 1;
    }
    try {
      double value = cost.number(exchange, request, null);
      return value >= 0 ? (long) value : 1;
    } catch (EvaluationException e) {
      return 1;
    }
  }
}
