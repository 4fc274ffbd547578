package dev.postern.policy.ratelimit;

import dev.postern.core.exchange.Admission;
import dev.postern.core.exchange.Chain;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.CounterStore;
import dev.postern.core.spi.CounterStore.Limit;
import dev.postern.core.spi.GatewayContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/*
 * Where the limits of a request are asked.
 *
 * Backends that read a request before they can say what it asks for do so first, and refuse what is
 * malformed; then they ask the admission that is left here on the exchange (Backend.asksAdmission).
 * In front of all other backends the requests are counted at once. Should limits of tokens stand on
 * a route with backends of both sorts, only those calls count for them that have tokens.
 */
final class RateLimitInterceptor implements Interceptor {
  private final List<Limiter> limiters;
  private final CounterStore store;
  private final boolean admittedByBackends;
  private final boolean needsBody;
  private final Buffers buffers;

  private RateLimitInterceptor(List<Limiter> limiters, CounterStore store, GatewayContext context) {
    this.limiters = List.copyOf(limiters);
    this.store = store;
    this.admittedByBackends = context.backendsAskAdmission();
    this.needsBody = limiters.stream().anyMatch(Limiter::needsBody);
    this.buffers = context.buffers();
  }

  static RateLimitInterceptor of(List<RateLimit> rules, GatewayContext context) {
    List<Limiter> limiters = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      limiters.addAll(Limiter.of(i, rules.get(i), context));
    }
    Map<Limit, Buckets> buckets = new HashMap<>();
    Map<Identity, Integer> seen = new HashMap<>();
    for (Limiter limiter : limiters) {
      Identity identity = Identity.of(context.origin(), limiter, 0);
      int number = seen.merge(identity, 1, Integer::sum);
      buckets.put(
          limiter.limit(),
          context.state(
              Buckets.STATE,
              Identity.of(context.origin(), limiter, number),
              definition(limiter.rule())));
    }
    return new RateLimitInterceptor(limiters, new MemoryCounterStore(buckets), context);
  }

  private static Buckets.Definition definition(RateLimit rule) {
    return new Buckets.Definition(
        new Bucket.Shape(rule.maxTokens(), rule.tokensPerFill(), rule.fillInterval().toNanos()),
        rule.maxKeys());
  }

  /**
   * What makes a limit of a later configuration the same limit, whatever its capacity.
   *
   * @param number tells limits apart that are the same in everything else
   */
  private record Identity(
      String origin,
      RateLimit.Type type,
      long tokensPerFill,
      long intervalNanos,
      List<String> key,
      int number) {
    static Identity of(String origin, Limiter limiter, int number) {
      RateLimit rule = limiter.rule();
      return new Identity(
          origin,
          rule.type(),
          rule.tokensPerFill(),
          rule.fillInterval().toNanos(),
          limiter.keyText(),
          number);
    }
  }

  @Override
  public GatewayResponse intercept(Exchange exchange, GatewayRequest incoming, Chain next)
      throws IOException {
    GatewayRequest request = needsBody ? buffers.forExpressions(exchange, incoming) : incoming;
    Visit visit = new Visit(limiters, store, exchange, request);
    try {
      visit.findBuckets();
      if (!admittedByBackends) {
        visit.countRequest();
      }
    } catch (GatewayException refusal) {
      request.body().discard();
      throw visit.withHeaders(refusal);
    }
    if (admittedByBackends || visit.limitsTokens()) {
      Admission.add(exchange, visit);
    }
    return visit.withHeaders(next.proceed(exchange, request));
  }
}
