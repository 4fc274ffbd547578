package dev.postern.examples.embedinapp;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * A policy of the application's own: every call names its team, and calls are counted by team.
 *
 * @param calls the calls so far
 */
record TeamRequired(Map<String, LongAdder> calls) implements InterceptingPolicy {
  static final String HEADER = "x-team";

  TeamRequired() {
    this(new ConcurrentHashMap<>());
  }

  @Override
  public String kind() {
    return "teamRequired";
  }

  @Override
  public Phase phase(Place place) {
    return Phase.AUTHORIZATION;
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    return (exchange, request, next) -> {
      String team = request.header(HEADER);
      if (team == null) {
        throw Reason.AUTHORIZATION.exception("every call needs the header " + HEADER);
      }
      calls.computeIfAbsent(team, name -> new LongAdder()).increment();
      Headers headers = request.headers().toBuilder().remove(HEADER).build();
      return next.proceed(exchange, request.toBuilder().headers(headers).build());
    };
  }
}
