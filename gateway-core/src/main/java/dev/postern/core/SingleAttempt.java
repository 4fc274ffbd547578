package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.AttemptResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Attempts against one target that is always the same. */
record SingleAttempt(RetryRules rules, Target target) implements AttemptPlan {
  @Override
  public Target next(Exchange exchange, int number) {
    return target;
  }

  @Override
  public @Nullable Duration again(
      Exchange exchange, GatewayRequest request, AttemptResult result, int number) {
    return rules.again(exchange, request, result, number);
  }

  @Override
  public long replayLimit() {
    return rules.replayLimit();
  }

  @Override
  public boolean refusesLargeBodies() {
    return rules.refusesLargeBodies();
  }

  @Override
  public Duration attemptTimeout() {
    return rules.attemptTimeout();
  }
}
