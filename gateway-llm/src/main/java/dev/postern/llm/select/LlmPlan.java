package dev.postern.llm.select;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.AttemptResult;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.upstream.UpstreamException;
import dev.postern.llm.usage.LlmRecord;
import dev.postern.llm.wire.LlmErrors;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * The way of one call through its candidates: group after group; within a group the better of two
 * drawn at random; each target once, unless a retry policy allows more. A call that failed before
 * anything of it reached the client moves on when somebody else might do better.
 */
/** Plans the attempts of one call over providers. */
public final class LlmPlan implements AttemptPlan {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final int MAX_KEPT_ERROR = 64 * 1024;

  private final Resolution resolution;
  private final AttemptRules rules;
  private final GatewayContext context;
  private final Set<Candidate> tried = new HashSet<>();
  private @Nullable Set<Object> refusedIdentities;
  private @Nullable InFlight current;
  private @Nullable AttemptResult rateLimited;
  private boolean hooked;

  /** Plans a call. */
  public LlmPlan(Resolution resolution, AttemptRules rules, GatewayContext context) {
    this.resolution = resolution;
    this.rules = rules;
    this.context = context;
  }

  @Override
  public @Nullable Target next(Exchange exchange, int number) {
    Candidate candidate = choose();
    if (candidate == null) {
      return null;
    }
    tried.add(candidate);
    exchange.set(Candidate.CHOSEN, candidate);
    if (!hooked) {
      hooked = true;
      exchange.onEnd(outcome -> ended(exchange));
    }
    InFlight next = new InFlight(candidate, context.timers().nanoTime());
    next.start();
    current = next;
    return next;
  }

  @Override
  public @Nullable Duration again(AttemptResult result, int number) {
    if (number >= rules.maxAttempts(resolution.size()) || !isRetryable(result)) {
      return null;
    }
    if (choose() == null) {
      return null;
    }
    Duration pause = pause(result, number);
    if (pause != null && result.status() == 429) {
      keep(result);
    }
    return pause;
  }

  @Override
  public long replayLimit() {
    return 0;
  }

  @Override
  public Duration attemptTimeout() {
    return rules.attemptTimeout();
  }

  @Override
  public AttemptResult conclude(AttemptResult last) {
    AttemptResult result = last;
    AttemptResult rateLimited = this.rateLimited;
    boolean failed = last.failure() != null || last.status() >= 500;
    if (failed && rateLimited != null) {
      result = rateLimited;
    }
    if (isRefusedCredential(result)) {
      result = new AttemptResult(result.attempt(), null, LlmErrors.backendAuthFailed());
    }
    int attempts = last.attempt().number();
    return attempts == 1 ? result : counted(result, Integer.toString(attempts));
  }

  private static AttemptResult counted(AttemptResult result, String attempts) {
    GatewayResponse response = result.response();
    if (response != null) {
      return new AttemptResult(
          result.attempt(), response.withHeader("x-gateway-attempts", attempts), null);
    }
    Exception failure = result.failure();
    if (failure instanceof UpstreamException upstream) {
      failure = upstream.toGatewayException();
    }
    if (failure instanceof GatewayException error) {
      failure = error.header("x-gateway-attempts", attempts);
    }
    return new AttemptResult(result.attempt(), null, failure);
  }

  private boolean isRetryable(AttemptResult result) {
    Exception failure = result.failure();
    if (failure != null) {
      return switch (failure) {
        case UpstreamException upstream -> true;
        case GatewayException error ->
            error.reason() == Reason.UPSTREAM_FAILURE || error.reason() == Reason.TIMEOUT;
        default -> false;
      };
    }
    return switch (result.status()) {
      case 408, 409, 429, 500, 502, 503, 504, 529 -> true;
      case 401, 403, 404 -> refuse();
      default -> rules.codes().contains(result.status());
    };
  }

  /** Another target with the same provider and credentials would say the same. */
  private boolean refuse() {
    InFlight current = this.current;
    if (current != null) {
      Set<Object> refused = refusedIdentities == null ? new HashSet<>() : refusedIdentities;
      refused.add(current.candidate.target().identity());
      refusedIdentities = refused;
    }
    return true;
  }

  private @Nullable Duration pause(AttemptResult result, int number) {
    if (hasUntried()) {
      return Duration.ZERO;
    }
    // Only the same targets are left: wait as the provider asks, if that is short.
    GatewayResponse response = result.response();
    Duration said = response == null ? null : WaitWords.in(response.headers(), context.clock());
    if (said == null) {
      return rules.pause().apply(number);
    }
    return said.compareTo(LONGEST_PAUSE) <= 0 ? said : null;
  }

  private boolean hasUntried() {
    for (List<Candidate> group : resolution.groups()) {
      for (Candidate candidate : group) {
        if (!tried.contains(candidate) && !isRefused(candidate)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isRefused(Candidate candidate) {
    return refusedIdentities != null && refusedIdentities.contains(candidate.target().identity());
  }

  private @Nullable Candidate choose() {
    if (resolution.size() == 1) {
      Candidate only = resolution.groups().get(0).get(0);
      return tried.isEmpty() || (rules.retries() > 0 && !isRefused(only)) ? only : null;
    }
    for (List<Candidate> group : resolution.groups()) {
      Candidate chosen = better(available(group, true));
      if (chosen != null) {
        return chosen;
      }
    }
    // All are out of service: better to try than to refuse.
    for (List<Candidate> group : resolution.groups()) {
      Candidate chosen = better(available(group, false));
      if (chosen != null) {
        return chosen;
      }
    }
    if (rules.retries() > 0) {
      Set<Candidate> before = new HashSet<>(tried);
      tried.clear();
      Candidate again = choose();
      tried.addAll(before);
      return again;
    }
    return null;
  }

  private List<Candidate> available(List<Candidate> group, boolean inService) {
    long now = context.timers().nanoTime();
    List<Candidate> available = new ArrayList<>(group.size());
    for (Candidate candidate : group) {
      double restoreHealth = eviction(candidate.target()).restoreHealth();
      if (!tried.contains(candidate)
          && !isRefused(candidate)
          && (!inService || candidate.target().health().isAvailable(now, restoreHealth))) {
        available.add(candidate);
      }
    }
    return available;
  }

  /** The power of two choices, drawn with replacement. */
  private @Nullable Candidate better(List<Candidate> candidates) {
    if (candidates.size() < 2) {
      return candidates.isEmpty() ? null : candidates.get(0);
    }
    Candidate one = candidates.get(context.random().nextInt(candidates.size()));
    Candidate other = candidates.get(context.random().nextInt(candidates.size()));
    return one.target().health().score() >= other.target().health().score() ? one : other;
  }

  private static EvictionRules eviction(LlmTarget target) {
    EvictionRules own = target.eviction();
    return own == null ? EvictionRules.DEFAULT : own;
  }

  private boolean isRefusedCredential(AttemptResult result) {
    InFlight current = this.current;
    return (result.status() == 401 || result.status() == 403)
        && current != null
        && !current.candidate.target().passesCredentials();
  }

  /** A 429 tells the client to come later, which a failure that follows would hide. */
  private void keep(AttemptResult result) {
    GatewayResponse response = result.response();
    if (response == null) {
      return;
    }
    try {
      byte[] body = response.body().readAll(MAX_KEPT_ERROR);
      rateLimited =
          new AttemptResult(
              result.attempt(), GatewayResponse.of(429, response.headers(), Body.of(body)), null);
    } catch (IOException e) {
      rateLimited = null;
    }
  }

  private void ended(Exchange exchange) {
    InFlight last = current;
    if (last == null) {
      return;
    }
    LlmRecord record = exchange.get(LlmRecord.KEY);
    if (record != null && record.truncated()) {
      last.fail(-1);
    }
    last.stop();
  }

  private final class InFlight implements Target {
    private final Candidate candidate;
    private final long start;
    private boolean running;

    InFlight(Candidate candidate, long start) {
      this.candidate = candidate;
      this.start = start;
    }

    void start() {
      InFlight before = current;
      if (before != null) {
        before.stop();
      }
      running = true;
      candidate.target().health().started();
    }

    void stop() {
      if (running) {
        running = false;
        candidate.target().health().finished();
      }
    }

    @Override
    public String name() {
      return candidate.target().name();
    }

    @Override
    public Handler handler() {
      return candidate.target().handler();
    }

    @Override
    public void settled(AttemptResult result) {
      int status = result.status();
      boolean overloaded =
          status == 429 && (isOneOfSeveral() || candidate.target().eviction() != null);
      if (result.failure() == null && status < 500 && !overloaded) {
        candidate.target().health().succeeded(context.timers().nanoTime() - start);
        return;
      }
      if (result.failure() instanceof GatewayException error && error.reason().expected()) {
        return;
      }
      GatewayResponse response = result.response();
      Duration said =
          response != null && (status == 429 || status == 503 || status == 529)
              ? WaitWords.in(response.headers(), context.clock())
              : null;
      fail(said == null ? -1 : said.toNanos());
    }

    void fail(long saidNanos) {
      LlmTarget target = candidate.target();
      EvictionRules rules = target.eviction();
      if (rules == null && isOneOfSeveral()) {
        rules = EvictionRules.DEFAULT;
      }
      target.health().failed(rules, context.timers().nanoTime(), saidNanos);
    }

    private boolean isOneOfSeveral() {
      return resolution.size() > 1;
    }
  }
}
