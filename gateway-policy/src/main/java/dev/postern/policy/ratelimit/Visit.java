package dev.postern.policy.ratelimit;

import dev.postern.core.exchange.Admission;
import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.EvaluationException;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.CounterStore;
import dev.postern.core.spi.CounterStore.Claim;
import dev.postern.core.spi.CounterStore.Decision;
import dev.postern.core.spi.CounterStore.Reservation;
import dev.postern.core.spi.CounterStore.Snapshot;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One request before the limits of one place. Used by the thread that runs the exchange. */
final class Visit implements Admission {
  private static final Logger LOG = System.getLogger(LocalRateLimit.class.getName());

  /** What the response tells so far; limits further in have had their say before. */
  private static final AttributeKey<Snapshot> TOLD = AttributeKey.of("rate limit told");

  private static final String PREFIX = "x-ratelimit-";
  private static final String UPSTREAM_PREFIX = "x-upstream-ratelimit-";
  private static final List<String> NAMES = List.of("limit", "remaining", "reset");

  private final List<Limiter> limiters;
  private final CounterStore store;
  private final Exchange exchange;
  private final GatewayRequest request;
  private final @Nullable String[] keys;
  private final List<Reservation> requests = new ArrayList<>(2);
  private boolean requestCounted;
  private boolean tokensCounted;
  private @Nullable Snapshot tightest;

  Visit(List<Limiter> limiters, CounterStore store, Exchange exchange, GatewayRequest request) {
    this.limiters = limiters;
    this.store = store;
    this.exchange = exchange;
    this.request = request;
    this.keys = new @Nullable String[limiters.size()];
  }

  /**
   * Finds out whose buckets the request takes from.
   *
   * @throws GatewayException if that has no answer for a limit that insists on one
   */
  void findBuckets() {
    for (int i = 0; i < keys.length; i++) {
      Limiter limiter = limiters.get(i);
      try {
        keys[i] = limiter.key(exchange, request);
      } catch (EvaluationException e) {
        throw Reason.RATE_LIMIT
            .exception("rate limit exceeded")
            .detail(limiter.name() + ": no key: " + e.getMessage());
      }
    }
  }

  boolean limitsTokens() {
    return limiters.stream().anyMatch(limiter -> limiter.rule().type() == RateLimit.Type.TOKENS);
  }

  /** Counts the request where requests are counted. */
  void countRequest() {
    take(true, null);
  }

  @Override
  public void admit(Exchange exchange, @Nullable Demand demand) {
    if (tokensCounted) {
      return; // a backend behind another one asks again
    }
    tokensCounted = true;
    take(!requestCounted, demand);
  }

  private void take(boolean countRequest, @Nullable Demand demand) {
    List<Limiter> asked = new ArrayList<>(keys.length);
    List<Claim> claims = new ArrayList<>(keys.length);
    for (int i = 0; i < keys.length; i++) {
      Limiter limiter = limiters.get(i);
      boolean tokens = limiter.rule().type() == RateLimit.Type.TOKENS;
      String key = keys[i];
      if (key != null && (tokens ? demand != null : countRequest)) {
        asked.add(limiter);
        claims.add(tokens && demand != null ? claim(limiter, key, demand) : claim(limiter, key));
      }
    }
    Decision decision = store.take(claims);
    tell(asked, decision);
    if (!decision.granted()) {
      requests.forEach(taken -> store.settle(taken, 0));
      requests.clear();
      throw refusal(asked.get(decision.refused()), claims.get(decision.refused()), decision);
    }
    requestCounted |= countRequest;
    List<Reservation> tokens = new ArrayList<>(1);
    for (int i = 0; i < asked.size(); i++) {
      boolean ofTokens = asked.get(i).rule().type() == RateLimit.Type.TOKENS;
      (ofTokens ? tokens : requests).add(decision.reservations().get(i));
    }
    if (!tokens.isEmpty()) {
      exchange.onEnd(outcome -> settle(tokens));
    }
  }

  private Claim claim(Limiter limiter, String key) {
    long cost = limiter.cost(exchange, request);
    return new Claim(limiter.limit(), key, cost, cost);
  }

  private static Claim claim(Limiter limiter, String key, Admission.Demand demand) {
    long reserved =
        limiter.rule().reserveOutput() ? demand.inputTokens() + demand.outputTokens() : 0;
    return new Claim(limiter.limit(), key, Math.max(1, reserved), reserved);
  }

  /** Nothing is charged for calls that used nothing, whatever was reserved for them. */
  private void settle(List<Reservation> tokens) {
    RequestRecord.ProtocolFields fields = exchange.record().protocolFields();
    long used = fields == null ? 0 : fields.tokens();
    tokens.forEach(reservation -> store.settle(reservation, used));
  }

  private GatewayException refusal(Limiter limiter, Claim claim, Decision decision) {
    long nanos = exchange.scope().timers().nanoTime();
    GatewayException refusal =
        Reason.RATE_LIMIT.exception("rate limit exceeded").detail(limiter.name());
    Duration retryIn = decision.retryIn();
    if (retryIn == null && limiter.mayWarn(nanos)) {
      LOG.log(
          Level.WARNING,
          () ->
              limiter.name()
                  + ": a request takes "
                  + claim.needs()
                  + " (expected: at most maxTokens, which is "
                  + limiter.rule().maxTokens()
                  + "); such requests are always refused");
    }
    return retryIn == null
        ? refusal
        : refusal.header("retry-after", Long.toString(seconds(retryIn)));
  }

  private void tell(List<Limiter> asked, Decision decision) {
    for (int i = 0; i < asked.size(); i++) {
      Snapshot snapshot = decision.snapshots().get(i);
      if (asked.get(i).rule().headers() != RateLimit.Headers.NONE
          && (tightest == null || snapshot.remaining() < tightest.remaining())) {
        tightest = snapshot;
      }
    }
  }

  GatewayException withHeaders(GatewayException refusal) {
    Snapshot told = tightest;
    if (told != null) {
      exchange.set(TOLD, told);
      for (String name : NAMES) {
        refusal.header(PREFIX + name, value(told, name));
      }
    }
    return refusal;
  }

  GatewayResponse withHeaders(GatewayResponse response) {
    Snapshot told = tightest;
    if (told == null) {
      return response;
    }
    Snapshot before = exchange.get(TOLD);
    if (before != null && before.remaining() <= told.remaining()) {
      return response;
    }
    exchange.set(TOLD, told);
    boolean keep = before == null && exchange.record().protocol().equals("llm");
    Headers.Builder headers = keep ? renamed(response.headers()) : response.headers().toBuilder();
    for (String name : NAMES) {
      headers.set(PREFIX + name, value(told, name));
    }
    return response.withHeaders(headers.build());
  }

  /** The provider's own limits matter to clients of models as well. */
  private static Headers.Builder renamed(Headers headers) {
    Headers.Builder renamed = Headers.builder();
    headers.forEach((name, value) -> {
      String lower = name.toLowerCase(Locale.ROOT);
      boolean same = lower.startsWith(PREFIX) && NAMES.contains(lower.substring(PREFIX.length()));
      renamed.add(same ? UPSTREAM_PREFIX + lower.substring(PREFIX.length()) : name, value);
    });
    return renamed;
  }

  private static String value(Snapshot told, String name) {
    return Long.toString(
        switch (name) {
          case "limit" -> told.capacity();
          case "remaining" -> Math.max(0, told.remaining());
          default -> seconds(told.reset());
        });
  }

  private static long seconds(Duration duration) {
    return duration.getSeconds() + (duration.getNano() > 0 ? 1 : 0);
  }
}
