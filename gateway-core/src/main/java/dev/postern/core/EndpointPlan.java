package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.AttemptResult;
import dev.postern.core.upstream.AffinityKey;
import dev.postern.core.upstream.Choice;
import dev.postern.core.upstream.Endpoint;
import dev.postern.core.upstream.HealthResult;
import dev.postern.core.upstream.UpstreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tries the endpoints of a host backend: those not tried yet first, and of them the one the request
 * belongs to, or the healthiest.
 */
final class EndpointPlan implements AttemptPlan {
  private final HostHandler host;
  private final RetryRules retries;
  private final @Nullable ToDoubleFunction<Endpoint> ranking;
  private final Timers timers;
  private final List<Endpoint> tried = new ArrayList<>(1);

  EndpointPlan(HostHandler host, RetryRules retries, @Nullable AffinityKey key, Timers timers) {
    this.host = host;
    this.retries = retries;
    this.ranking = key == null ? null : endpoint -> key.rank(endpoint.toString(), 1);
    this.timers = timers;
  }

  @Override
  public @Nullable Target next(Exchange exchange, int number) {
    Choice<Endpoint> choice = host.endpoints().choose(tried, true, ranking);
    if (choice == null) {
      return null;
    }
    tried.add(choice.target());
    exchange.onEnd(outcome -> choice.end());
    return new EndpointTarget(choice, timers.nanoTime());
  }

  @Override
  public @Nullable Duration again(
      Exchange exchange, GatewayRequest request, AttemptResult result, int number) {
    return retries.again(exchange, request, result, number);
  }

  @Override
  public long replayLimit() {
    return retries.replayLimit();
  }

  @Override
  public boolean refusesLargeBodies() {
    return retries.refusesLargeBodies();
  }

  @Override
  public Duration attemptTimeout() {
    return retries.attemptTimeout();
  }

  private final class EndpointTarget implements Target {
    private final Choice<Endpoint> choice;
    private final long startNanos;

    EndpointTarget(Choice<Endpoint> choice, long startNanos) {
      this.choice = choice;
      this.startNanos = startNanos;
    }

    @Override
    public String name() {
      return choice.target().toString();
    }

    @Override
    public Handler handler() {
      return host.call(choice.target());
    }

    @Override
    public void settled(Exchange exchange, GatewayRequest request, AttemptResult result) {
      long latency = timers.nanoTime() - startNanos;
      GatewayResponse response = result.response();
      HealthResult health = null;
      if (response != null) {
        health = host.verdict().of(exchange, request, response, latency);
      } else if (isEndpointsFault(result.failure())) {
        health = HealthResult.failure(latency);
      }
      if (health != null) {
        host.endpoints().settle(choice, health, host.health(), Duration.ZERO);
      }
      if (response == null) {
        choice.end();
      }
    }

    /** What the gateway itself refused, a policy for instance, says nothing about the endpoint. */
    private static boolean isEndpointsFault(@Nullable Exception failure) {
      return failure instanceof UpstreamException
          || (failure instanceof GatewayException error && error.reason() == Reason.TIMEOUT);
    }
  }
}
