package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Handler;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;

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
    return new HandlerBackend(name, handler, ErrorRenderer.TEXT);
  }

  @Override
  public String kind() {
    return "handler";
  }

  @Override
  public Handler handler(BackendContext context) {
    Handler chain = context.backendPhase(context.policies(), handler);
    RetryRules rules = RetryRules.of(context);
    AttemptPlan.Target target = new FunctionTarget(name, chain);
    return (exchange, request) -> {
      exchange.record().backend(context.name());
      return context.attempt(exchange, request, new SingleAttempt(rules, request.method(), target));
    };
  }

  private record FunctionTarget(String name, Handler handler) implements AttemptPlan.Target {}
}
