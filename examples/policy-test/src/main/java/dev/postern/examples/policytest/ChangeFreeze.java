package dev.postern.examples.policytest;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;

/**
 * A policy of the application's own: between two times nothing is changed, except by whoever is on
 * call.
 *
 * @param from when it begins
 * @param until when it is over
 */
record ChangeFreeze(Instant from, Instant until) implements InterceptingPolicy {
  /** Set to true by a policy that knows the caller to be on call. */
  static final AttributeKey<Boolean> ON_CALL = AttributeKey.of("on call");

  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  @Override
  public String kind() {
    return "changeFreeze";
  }

  @Override
  public Phase phase(Place place) {
    return Phase.AUTHORIZATION;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    InstantSource clock = context.clock();
    return (exchange, request, next) -> {
      Instant now = clock.instant();
      boolean frozen = !now.isBefore(from) && now.isBefore(until);
      if (frozen
          && !READING.contains(request.method())
          && !Boolean.TRUE.equals(exchange.get(ON_CALL))) {
        throw Reason.AUTHORIZATION
            .exception("changes are frozen")
            .status(503)
            .header("retry-after", Long.toString(Duration.between(now, until).toSeconds()));
      }
      return next.proceed(exchange, request);
    };
  }
}
