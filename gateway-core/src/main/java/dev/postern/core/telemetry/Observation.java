package dev.postern.core.telemetry;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonKind;
import dev.postern.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One exchange whose end is told of with expressions: keeps what they look at, and evaluates them.
 *
 * <p>Expressions that have no value are counted by their engine; here they are left out, and so are
 * those that break, since nothing that is told of a request may harm the rest.
 */
final class Observation {
  static final AttributeKey<Observation> KEY = AttributeKey.of("observation");

  private final Exchange exchange;
  private final Projections projections;
  private final @Nullable Recording requestBody;
  private final @Nullable Recording responseBody;
  private @Nullable GatewayRequest request;
  private @Nullable GatewayResponse response;
  private @Nullable AddedLabels labels;
  private boolean ended;

  Observation(Exchange exchange, Projections projections, Telemetry.Memory memory) {
    this.exchange = exchange;
    this.projections = projections;
    this.requestBody =
        projections.requestBody() ? new Recording(memory, projections.bodyLimit()) : null;
    this.responseBody =
        projections.responseBody() ? new Recording(memory, projections.bodyLimit()) : null;
  }

  /** A field with its value. */
  record Value(String name, Json value) {}

  /** Returns the request to go on with. */
  GatewayRequest started(GatewayRequest request) {
    this.request = request;
    return requestBody == null ? request : request.withBody(requestBody.of(request.body()));
  }

  /** Returns the response to hand out. */
  GatewayResponse answered(GatewayResponse response) {
    this.response = response;
    return responseBody == null || response.upgrade() != null
        ? response
        : response.withBody(responseBody.of(response.body()));
  }

  /** Returns whether an expression is true; without one, true. */
  boolean holds(@Nullable Expression condition) {
    if (condition == null) {
      return true;
    }
    GatewayRequest request = request();
    try {
      return request != null && condition.test(exchange, request, response);
    } catch (EvaluationException | RuntimeException e) {
      return false;
    }
  }

  /** Returns the values of those expressions that have one. */
  List<Value> values(List<NamedExpression> expressions) {
    GatewayRequest request = request();
    if (request == null || expressions.isEmpty()) {
      return List.of();
    }
    List<Value> values = new ArrayList<>(expressions.size());
    for (NamedExpression named : expressions) {
      try {
        Json value = named.expression().json(exchange, request, response);
        if (named.expression().spreads() && value instanceof JsonObject object) {
          object.members().forEach((member, one) -> add(values, named.name() + "." + member, one));
        } else {
          add(values, named.name(), value);
        }
      } catch (EvaluationException | RuntimeException e) {
        // Left out.
      }
    }
    return values;
  }

  private static void add(List<Value> values, String name, Json value) {
    if (value.kind() != JsonKind.NULL) {
      values.add(new Value(name, value));
    }
  }

  /** Returns the labels for the metrics of this request, evaluated once. */
  AddedLabels labels(LabelValues known) {
    AddedLabels labels = this.labels;
    if (labels == null) {
      List<NamedExpression> expressions = projections.labelValues();
      List<String> values = new ArrayList<>(expressions.size());
      for (NamedExpression named : expressions) {
        values.add(known.of(named.name(), text(named.expression())));
      }
      labels = new AddedLabels(projections.labels(), values);
      this.labels = labels;
    }
    return labels;
  }

  private @Nullable String text(Expression expression) {
    GatewayRequest request = request();
    if (request == null) {
      return null;
    }
    try {
      Json value = expression.json(exchange, request, response);
      return value.kind() == JsonKind.NULL ? null : value.string().orElseGet(value::toString);
    } catch (EvaluationException | RuntimeException e) {
      return null;
    }
  }

  /** Gives back the memory for what was recorded. */
  void release() {
    if (requestBody != null) {
      requestBody.release();
    }
    if (responseBody != null) {
      responseBody.release();
    }
  }

  /** Returns the request with what was recorded; null if it could not even be read. */
  private @Nullable GatewayRequest request() {
    GatewayRequest request = this.request;
    if (!ended) {
      ended = true;
      if (request != null && requestBody != null) {
        request = request.withBody(requestBody.end());
        this.request = request;
      }
      GatewayResponse response = this.response;
      if (response != null && responseBody != null) {
        this.response =
            GatewayResponse.of(response.status(), response.headers(), responseBody.end());
      }
      exchange
          .record()
          .bodiesTruncated(
              requestBody != null && requestBody.truncated(),
              responseBody != null && responseBody.truncated());
    }
    return request;
  }
}
