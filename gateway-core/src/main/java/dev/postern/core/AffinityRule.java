package dev.postern.core;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.upstream.AffinityKey;
import org.jspecify.annotations.Nullable;

/** What the session affinity policy says about where requests go, for plans to follow. */
public final class AffinityRule {
  private static final AffinityRule NONE = new AffinityRule(null);

  private final @Nullable Expression source;

  private AffinityRule(@Nullable Expression source) {
    this.source = source;
  }

  /**
   * Returns the rule that holds for the backend of {@code context}.
   *
   * @throws ExpressionException if the expression of the policy cannot be compiled
   */
  public static AffinityRule of(BackendContext context) {
    SessionAffinity policy = context.policies().find(SessionAffinity.class);
    if (policy == null) {
      return NONE;
    }
    try {
      return new AffinityRule(
          context.part("sessionAffinity").expression(policy.source(), Moment.REQUEST, Result.TEXT));
    } catch (ExpressionException e) {
      throw e.in("sessionAffinity.source");
    }
  }

  /** Returns whether there is a policy. */
  public boolean isSet() {
    return source != null;
  }

  /** Returns whether the expression looks into the body of requests. */
  public boolean readsRequests() {
    return source != null && source.needs().requestBody();
  }

  /** Returns the key of a request, or null if it may go anywhere. */
  public @Nullable AffinityKey key(Exchange exchange, GatewayRequest request) {
    if (source == null) {
      return null;
    }
    try {
      String key = source.string(exchange, request, null);
      return key.isEmpty() ? null : AffinityKey.of(key);
    } catch (EvaluationException e) {
      // Counted by the engine.
      return null;
    }
  }
}
