package dev.postern.core;

import dev.postern.core.exchange.Connection;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.Scope;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonKind;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.ExpressionEngine.Environment;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.Place;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;

/** Attributes of the process that all spans carry, for whoever sets up where spans go. */
public final class TracingResources {
  private TracingResources() {}

  /**
   * Returns what {@code frontendPolicies.tracing.resources} says now, in its order. What is null,
   * has no value or cannot be compiled is left out; a gateway of the same configuration refuses the
   * latter.
   */
  public static Map<String, String> of(GatewayConfig config) {
    Map<String, String> resources = new LinkedHashMap<>();
    ExpressionEngine.Provider provider =
        ServiceLoader.load(ExpressionEngine.Provider.class).findFirst().orElse(null);
    var texts = config.frontendPolicies().tracing().resources();
    if (provider == null || texts.isEmpty()) {
      return resources;
    }
    ExpressionEngine engine =
        provider.engine(InstantSource.system(), new Random(), OpenTelemetry.noop());
    Environment process = new Environment(Place.GATEWAY, Moment.CONNECTION, Result.ANY, List.of());
    Exchange nobody = new Exchange(Connection.inProcess(), Scope.root(Timers.system()));
    GatewayRequest nothing = GatewayRequest.get("/").build();
    texts.forEach((name, text) -> {
      try {
        Expression expression = engine.compile(text, process);
        Json value = expression.json(nobody, nothing, null);
        if (value.kind() != JsonKind.NULL) {
          resources.put(name, value.string().orElseGet(value::toString));
        }
      } catch (ExpressionException | EvaluationException e) {
        // Left out.
      }
    });
    return resources;
  }
}
