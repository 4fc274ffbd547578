package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.telemetry.Telemetry;
import io.opentelemetry.context.Scope;

/**
 * A Java function as a backend, called in the gateway's own process.
 *
 * @param name names it in logs and exported configurations
 * @param handler the function; must be safe for concurrent use
 * @param errorRenderer how errors of its clients' protocol are written
 */
public record HandlerBackend(String name, Handler handler, ErrorRenderer errorRenderer)
    implements Backend {
  /** Checks the parts. */
  public HandlerBackend {
    requireNonNull(name, "name");
    requireNonNull(handler, "handler");
    requireNonNull(errorRenderer, "errorRenderer");
  }

  /** Returns a backend whose errors are plain text. */
  public static HandlerBackend of(String name, Handler handler) {
    return new HandlerBackend(name, handler, ErrorRenderer.PLAIN);
  }

  @Override
  public String kind() {
    return "handler";
  }

  @Override
  public Handler handler(BackendContext context) {
    RetryRules rules = RetryRules.of(context);
    Handler chain = context.backendPhase(context.policies(), traced(context.telemetry()));
    AttemptPlan.Target target =
        new FunctionTarget(
            name, rules.readsResponses() ? context.buffers().forExpressions(chain) : chain);
    return (exchange, incoming) -> {
      exchange.record().backend(context.name());
      exchange.record().backendType("handler");
      GatewayRequest request =
          rules.readsRequests() ? context.buffers().forExpressions(exchange, incoming) : incoming;
      return context.attempt(
          exchange, request, new SingleAttempt(rules.at(exchange, request), target));
    };
  }

  /** Lets spans that the function starts join the trace of the request. */
  @SuppressWarnings("try") // closing the scope is all it is for
  private Handler traced(Telemetry telemetry) {
    return (exchange, request) -> {
      try (Scope current = telemetry.context(exchange).makeCurrent()) {
        return handler.handle(exchange, request);
      }
    };
  }

  private record FunctionTarget(String name, Handler handler) implements AttemptPlan.Target {}
}
