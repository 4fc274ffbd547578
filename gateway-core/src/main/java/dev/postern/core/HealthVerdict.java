package dev.postern.core;

import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.upstream.HealthResult;
import org.jspecify.annotations.Nullable;

/** What a health policy says about the response of an attempt, for plans to follow. */
public final class HealthVerdict {
  private static final HealthVerdict BY_STATUS = new HealthVerdict(null);

  private final @Nullable Expression unhealthy;

  private HealthVerdict(@Nullable Expression unhealthy) {
    this.unhealthy = unhealthy;
  }

  /**
   * Returns what {@code health} says; the verdict is by status if there is none.
   *
   * @param context of what is judged
   * @throws ExpressionException if the expression of the policy cannot be compiled
   */
  public static HealthVerdict of(@Nullable Health health, GatewayContext context) {
    if (health == null || health.unhealthyExpression() == null) {
      return BY_STATUS;
    }
    try {
      return new HealthVerdict(
          context
              .part("health")
              .expression(health.unhealthyExpression(), Moment.RESPONSE, Result.BOOLEAN));
    } catch (ExpressionException e) {
      throw e.in("health.unhealthyExpression");
    }
  }

  /** Returns whether the policy decides by a condition, and not by the status. */
  public boolean byCondition() {
    return unhealthy != null;
  }

  /** Returns whether the condition looks into the body of requests. */
  public boolean readsRequests() {
    return unhealthy != null && unhealthy.needs().requestBody();
  }

  /** Returns whether the condition looks into the body of responses. */
  public boolean readsResponses() {
    return unhealthy != null && unhealthy.needs().responseBody();
  }

  /**
   * Returns how an attempt went that had a response.
   *
   * @param request what the attempt started from
   * @param latencyNanos the time to the response head
   */
  public HealthResult of(
      Exchange exchange, GatewayRequest request, GatewayResponse response, long latencyNanos) {
    HealthResult byStatus = HealthResult.of(response, latencyNanos);
    if (unhealthy == null) {
      return byStatus;
    }
    try {
      return byStatus.withUnhealthy(unhealthy.test(exchange, request, response));
    } catch (EvaluationException e) {
      // Counted by the engine. Nobody is taken out of service by a condition without a value.
      return byStatus.withUnhealthy(false);
    }
  }
}
