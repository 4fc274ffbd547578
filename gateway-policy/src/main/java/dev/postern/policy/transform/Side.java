package dev.postern.policy.transform;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonNull;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is done to one side of an exchange, compiled. */
final class Side {
  private final Transformation rules;
  private final int failureStatus;
  private final List<Named> metadata = new ArrayList<>();
  private final List<Line> add = new ArrayList<>();
  private final List<Line> set = new ArrayList<>();
  private final List<Line> addTexts = new ArrayList<>();
  private final List<Line> setTexts = new ArrayList<>();
  private final @Nullable Expression replace;
  private final @Nullable Expression body;
  private boolean needsRequestBody;
  private boolean needsResponseBody;

  private Side(Transformation rules, Compiler compiler) {
    this.rules = rules;
    this.failureStatus = compiler.moment() == Moment.REQUEST ? 500 : 502;
    rules
        .metadata()
        .forEach((name, text) ->
            metadata.add(new Named(name, compiled(compiler, "metadata." + name, text))));
    this.replace = rules.replace() == null ? null : compiled(compiler, "replace", rules.replace());
    lines(rules.add(), "add", compiler, add);
    lines(rules.set(), "set", compiler, set);
    Transformation.HeaderTemplates headers = rules.headers();
    if (headers != null) {
      texts(headers.add(), "headers.add", compiler, addTexts);
      texts(headers.set(), "headers.set", compiler, setTexts);
    }
    this.body = rules.body() == null ? null : compiled(compiler, "body", rules.body());
  }

  static @Nullable Side of(@Nullable Transformation rules, Moment moment, GatewayContext context) {
    String path =
        moment == Moment.REQUEST ? "transformations.request." : "transformations.response.";
    return rules == null ? null : new Side(rules, new Compiler(context, moment, path));
  }

  private record Compiler(GatewayContext context, Moment moment, String path) {}

  private record Named(String name, Expression value) {}

  /** What a message is looked at with: as it was before anything was done to it. */
  record Sight(Exchange exchange, GatewayRequest request, @Nullable GatewayResponse response) {}

  /** Gives the lines of a header. */
  private interface Values {
    List<String> of(Sight sight) throws EvaluationException;
  }

  private record Line(String name, Values values) {}

  private Expression compiled(Compiler compiler, String field, ExpressionText text) {
    try {
      Expression expression = compiler.context().expression(text, compiler.moment(), Result.ANY);
      needsRequestBody |= expression.needs().requestBody();
      needsResponseBody |= expression.needs().responseBody();
      return expression;
    } catch (ExpressionException e) {
      throw e.in(compiler.path() + field);
    }
  }

  private void lines(
      Map<String, ExpressionText> texts, String field, Compiler compiler, List<Line> lines) {
    texts.forEach((name, text) -> {
      Expression value = compiled(compiler, field + "." + name, text);
      lines.add(
          new Line(
              name,
              sight -> lines(value.json(sight.exchange(), sight.request(), sight.response()))));
    });
  }

  private void texts(
      List<Transformation.HeaderTemplates.Line> templates,
      String field,
      Compiler compiler,
      List<Line> lines) {
    for (int i = 0; i < templates.size(); i++) {
      Transformation.HeaderTemplates.Line template = templates.get(i);
      String path = field + "[" + i + "].value";
      List<Object> parts = new ArrayList<>();
      for (Template.Segment segment : Template.parse(template.value()).segments()) {
        parts.add(
            switch (segment) {
              case Template.Literal literal -> literal.text();
              case Template.Inserted inserted -> compiled(compiler, path, inserted.expression());
            });
      }
      lines.add(new Line(template.name(), sight -> List.of(joined(parts, sight))));
    }
  }

  private static String joined(List<Object> parts, Sight sight) throws EvaluationException {
    StringBuilder joined = new StringBuilder();
    for (Object part : parts) {
      joined.append(
          part instanceof Expression expression
              ? expression.string(sight.exchange(), sight.request(), sight.response())
              : part);
    }
    return joined.toString();
  }

  boolean needsRequestBody() {
    return needsRequestBody;
  }

  boolean needsResponseBody() {
    return needsResponseBody;
  }

  /** Sets the values for later expressions; those without one are absent. */
  void leaveMetadata(Sight sight) {
    for (Named value : metadata) {
      Json found = null;
      try {
        found = value.value().json(sight.exchange(), sight.request(), sight.response());
      } catch (EvaluationException e) {
        // absent, and counted by the engine
      }
      Transformations.METADATA.set(sight.exchange(), value.name(), found);
    }
  }

  /** Returns the header lines that {@code before} become; other parts of the head go to pseudo. */
  Headers headers(Sight sight, Headers before, Pseudo pseudo) {
    Headers.Builder headers = replaced(sight, before).toBuilder();
    add.forEach(line -> apply(line, true, sight, headers, pseudo));
    set.forEach(line -> apply(line, false, sight, headers, pseudo));
    rules.remove().forEach(headers::remove);
    addTexts.forEach(line -> apply(line, true, sight, headers, pseudo));
    setTexts.forEach(line -> apply(line, false, sight, headers, pseudo));
    if (rules.headers() != null) {
      rules.headers().remove().forEach(headers::remove);
    }
    return headers.build();
  }

  private Headers replaced(Sight sight, Headers before) {
    if (replace == null) {
      return before;
    }
    Headers.Builder after = Headers.builder();
    before.forEach((name, value) -> {
      if (Transformation.isFraming(name)) {
        after.add(name, value);
      }
    });
    try {
      Json all = replace.json(sight.exchange(), sight.request(), sight.response());
      if (!(all instanceof JsonObject)) {
        throw noValue();
      }
      for (Map.Entry<String, Json> header : all.members().entrySet()) {
        if (!HeaderRules.isToken(header.getKey())) {
          throw noValue();
        }
        if (!Transformation.isFraming(header.getKey())) {
          for (String value : sendable(lines(header.getValue()))) {
            after.add(header.getKey(), value);
          }
        }
      }
      return after.build();
    } catch (EvaluationException e) {
      failIfAsked();
      return before;
    }
  }

  private void apply(
      Line line, boolean append, Sight sight, Headers.Builder headers, Pseudo pseudo) {
    try {
      List<String> values = sendable(line.values().of(sight));
      if (pseudo.has(line.name())) {
        if (values.size() != 1 || !pseudo.set(line.name(), values.getFirst())) {
          throw noValue();
        }
        return;
      }
      if (!append) {
        headers.remove(line.name());
      }
      values.forEach(value -> headers.add(line.name(), value));
    } catch (EvaluationException e) {
      failIfAsked();
      if (rules.onError() == Transformation.OnError.REMOVE && !pseudo.has(line.name())) {
        headers.remove(line.name());
      }
    }
  }

  private void failIfAsked() {
    if (rules.onError() == Transformation.OnError.FAIL) {
      throw failed();
    }
  }

  /** Returns whether the content is rewritten. */
  boolean rewritesBody() {
    return body != null;
  }

  /** Returns the new content, or null when it stays as it is. */
  byte @Nullable [] body(Sight sight) {
    if (body == null) {
      return null;
    }
    try {
      return body.bytes(sight.exchange(), sight.request(), sight.response());
    } catch (EvaluationException e) {
      return bodyWithoutValue();
    }
  }

  /** Returns what stands for a content without a value, or null when it stays as it is. */
  byte @Nullable [] bodyWithoutValue() {
    return switch (rules.onBodyError()) {
      case FAIL -> throw failed();
      case KEEP -> null;
      case EMPTY -> new byte[0];
    };
  }

  private GatewayException failed() {
    return Reason.INTERNAL.exception("transformation failed").status(failureStatus);
  }

  private static List<String> lines(Json value) throws EvaluationException {
    return switch (value) {
      case JsonString string -> List.of(string.text());
      case JsonNull nothing -> throw noValue();
      case JsonArray list -> {
        List<String> lines = new ArrayList<>();
        for (Json element : list.elements()) {
          lines.add(element instanceof JsonString string ? string.text() : element.toString());
        }
        yield lines;
      }
      default -> List.of(value.toString());
    };
  }

  private static List<String> sendable(List<String> values) throws EvaluationException {
    for (String value : values) {
      if (!HeaderRules.isValue(value)) {
        throw noValue();
      }
    }
    return values;
  }

  private static EvaluationException noValue() {
    return new EvaluationException(EvaluationException.Kind.TYPE, "no value that can be sent");
  }
}
