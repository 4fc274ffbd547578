package dev.postern.core.admin;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;

/** Answers {@code /healthz/ready}, its aliases, and {@code /healthz/live}. */
public final class ReadinessHandler implements Handler {
  private final Readiness readiness;

  /** Creates a handler that tells {@code readiness}. */
  public ReadinessHandler(Readiness readiness) {
    this.readiness = requireNonNull(readiness, "readiness");
  }

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) {
    request.body().discard();
    return switch (request.path()) {
      case "/healthz/ready", "/healthz", "/readyz" -> Answers.toGet(request, this::ready);
      case "/healthz/live" ->
          Answers.toGet(request, () -> Answers.uncached(GatewayResponse.text(200, "live\n")));
      default -> Answers.notFound();
    };
  }

  private GatewayResponse ready() {
    return Answers.uncached(
        readiness.ready()
            ? GatewayResponse.text(200, "ready\n")
            : GatewayResponse.text(500, obstacle()));
  }

  private String obstacle() {
    return readiness.draining()
        ? "draining"
        : "not ready, pending: " + String.join(", ", readiness.pending());
  }
}
