package dev.postern.policy.testing;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayResponse;
import dev.postern.policy.authz.Decision;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request.
 *
 * @param exchange the exchange, ended
 * @param call what the backend was asked
 * @param response the answer
 * @param body the content of the answer
 */
record Outcome(Exchange exchange, Call call, GatewayResponse response, String body) {
  /** Returns the rule that decided, or null when none did. */
  @Nullable String rule() {
    Decision decision = Decision.of(exchange);
    return decision == null ? null : decision.rule();
  }

  /** Returns how the answer came about, for whoever has to find out why. */
  String trace() {
    String route = exchange.record().route();
    StringBuilder trace =
        new StringBuilder(route == null ? "no route" : "route " + route)
            .append(", status ")
            .append(response.status());
    Reason reason = exchange.record().reason();
    if (reason != Reason.UPSTREAM) {
      trace.append(", reason ").append(reason.label());
    }
    String error = exchange.record().error();
    Decision decision = Decision.of(exchange);
    if (error != null) {
      trace.append(": ").append(error);
    } else if (decision != null) {
      trace.append(", ").append(decision.trace());
    }
    return trace.toString();
  }
}
