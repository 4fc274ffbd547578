package dev.postern.policy.authz;

import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Buffers;
import java.io.IOException;

/** Asks the rules, with the body in memory when one of them looks at it. */
final class AuthorizationInterceptor implements Interceptor {
  private final RuleSet rules;
  private final Buffers buffers;
  private final boolean needsBody;

  AuthorizationInterceptor(RuleSet rules, Buffers buffers) {
    this.rules = rules;
    this.buffers = buffers;
    this.needsBody = rules.needsBody();
  }

  @Override
  public GatewayResponse intercept(Exchange exchange, GatewayRequest incoming, Chain next)
      throws IOException {
    GatewayRequest request = needsBody ? buffers.forExpressions(exchange, incoming) : incoming;
    Decision decision = rules.decide(exchange, request);
    if (decision != null) {
      exchange.set(Decision.LAST, decision);
      if (!decision.allowed()) {
        request.body().discard();
        throw Reason.AUTHORIZATION
            .exception("authorization failed")
            .detail(decision.trace())
            .header("cache-control", "no-store");
      }
    }
    return next.proceed(exchange, request);
  }
}
