package dev.postern.llm.select;

import dev.postern.core.HealthVerdict;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.GatewayException;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.AttemptPlan;
import dev.postern.core.spi.AttemptResult;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.upstream.AffinityKey;
import dev.postern.core.upstream.Choice;
import dev.postern.core.upstream.HealthResult;
import dev.postern.core.upstream.HealthRules;
import dev.postern.core.upstream.RetryAfter;
import dev.postern.core.upstream.UpstreamException;
import dev.postern.llm.usage.AttemptOutcome;
import dev.postern.llm.usage.LlmMetrics;
import dev.postern.llm.usage.LlmRecord;
import dev.postern.llm.wire.LlmErrors;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Plans the attempts of one call over providers: group after group, each provider once, unless a
 * retry policy allows more. A call that failed before anything of it reached the client moves on
 * when somebody else might do better.
 */
public final class LlmPlan implements AttemptPlan {
  /** Among several, a failure takes a provider out as long as it asks, or three seconds. */
  private static final HealthRules AMONG_SEVERAL =
      new HealthRules(true, null, null, null, 0.5, 100, Duration.ofMinutes(5), true);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final int MAX_KEPT_ERROR = 64 * 1024;

  private final Resolution resolution;
  private final GatewayRequest request;
  private final AttemptRules rules;
  private final @Nullable ToDoubleFunction<Option> ranking;
  private final LlmMetrics metrics;
  private final GatewayContext context;

  // Lists: there are few options, and the hash of one goes through all that describes it.
  private final List<Option> tried = new ArrayList<>(2);
  private final List<Option> refused = new ArrayList<>(0);
  private @Nullable Choice<Option> upcoming;
  private @Nullable InFlight current;
  private @Nullable AttemptResult rateLimited;

  /**
   * Plans a call.
   *
   * @param request the call as it came, for conditions to look at
   * @param key what it has in common with calls that go to the same provider, or null
   */
  public LlmPlan(
      Resolution resolution,
      GatewayRequest request,
      AttemptRules rules,
      @Nullable AffinityKey key,
      LlmMetrics metrics,
      GatewayContext context) {
    this.resolution = resolution;
    this.request = request;
    this.rules = rules;
    this.ranking = key == null ? null : option -> key.rank(option.name(), 1);
    this.metrics = metrics;
    this.context = context;
  }

  @Override
  public @Nullable Target next(Exchange exchange, int number) {
    Choice<Option> choice = upcoming == null ? choose() : upcoming;
    upcoming = null;
    if (choice == null) {
      return null;
    }
    if (current == null) {
      exchange.onEnd(outcome -> ended(exchange));
    } else {
      current.choice.end();
    }
    Option option = choice.target();
    tried.add(option);
    exchange.set(
        Candidate.CHOSEN, new Candidate(option.target(), option.model(resolution.model())));
    current = new InFlight(choice, context.timers().nanoTime());
    return current;
  }

  @Override
  public @Nullable Duration again(
      Exchange exchange, GatewayRequest sent, AttemptResult result, int number) {
    int targets = resolution.options().all().size();
    if (number >= rules.maxAttempts(targets) || !isRetryable(exchange, result)) {
      return null;
    }
    Choice<Option> next = choose();
    if (next == null) {
      return null;
    }
    Duration pause = tried.contains(next.target()) ? pause(result, number) : Duration.ZERO;
    if (pause == null) {
      next.end();
      return null;
    }
    upcoming = next;
    if (result.status() == 429) {
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
    return rules.policies().attemptTimeout();
  }

  @Override
  public AttemptResult conclude(AttemptResult last) {
    if (upcoming != null) {
      upcoming.end();
      upcoming = null;
    }
    AttemptResult result = last;
    AttemptResult rateLimited = this.rateLimited;
    boolean failed = last.failure() != null || last.status() >= 500;
    if (failed && rateLimited != null) {
      result = rateLimited;
    }
    if (isRefusedCredential(result)) {
      result = new AttemptResult(result.attempt(), null, LlmErrors.backendAuthFailed());
    }
    return result;
  }

  private boolean isRetryable(Exchange exchange, AttemptResult result) {
    GatewayResponse response = result.response();
    if (response == null) {
      Exception failure = result.failure();
      return switch (failure) {
        case UpstreamException upstream -> true;
        case GatewayException error ->
            error.reason() == Reason.UPSTREAM_FAILURE || error.reason() == Reason.TIMEOUT;
        case null, default -> false;
      };
    }
    return switch (response.status()) {
      case 408, 409, 429, 500, 502, 503, 504, 529 -> true;
      case 401, 403, 404 -> refuse();
      default -> rules.policies().names(exchange, request, response);
    };
  }

  /** Another target with the same provider and credentials would say the same. */
  private boolean refuse() {
    if (current != null) {
      Object identity = current.choice.target().target().identity();
      for (Option option : resolution.options().all()) {
        if (option.target().identity().equals(identity)) {
          refused.add(option);
        }
      }
      tried.addAll(refused);
    }
    return true;
  }

  private @Nullable Choice<Option> choose() {
    Choice<Option> choice = resolution.options().set().choose(tried, true, ranking);
    if (choice == null) {
      return null;
    }
    boolean again = tried.contains(choice.target());
    if (again && (rules.retries() <= 0 || refused.contains(choice.target()))) {
      choice.end();
      return null;
    }
    return choice;
  }

  /** Returns the pause before the same target is asked again: what it says, if that is short. */
  private @Nullable Duration pause(AttemptResult result, int number) {
    GatewayResponse response = result.response();
    Duration said =
        response == null ? null : RetryAfter.of(response.headers(), context.clock().instant());
    if (said == null) {
      return rules.pause().apply(number);
    }
    return said.compareTo(LONGEST_PAUSE) <= 0 ? said : null;
  }

  private boolean isRefusedCredential(AttemptResult result) {
    return (result.status() == 401 || result.status() == 403)
        && current != null
        && !current.choice.target().target().passesCredentials();
  }

  /** A 429 tells the client to come later, which a failure that follows would hide. */
  private void keep(AttemptResult result) {
    GatewayResponse response = result.response();
    if (response == null) {
      return;
    }
    try {
      byte[] body = response.body().readAll(MAX_KEPT_ERROR);
      GatewayResponse kept = GatewayResponse.of(429, response.headers(), Body.of(body));
      rateLimited = new AttemptResult(result.attempt(), kept, null);
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
      last.settle(HealthResult.failure(0));
    }
    last.choice.end();
  }

  private final class InFlight implements Target {
    private final Choice<Option> choice;
    private final long start;

    InFlight(Choice<Option> choice, long start) {
      this.choice = choice;
      this.start = start;
    }

    @Override
    public String name() {
      return choice.target().target().name();
    }

    @Override
    public Handler handler() {
      return choice.target().target().handler();
    }

    @Override
    public void settled(Exchange exchange, GatewayRequest sent, AttemptResult result) {
      long nanos = context.timers().nanoTime() - start;
      GatewayResponse response = result.response();
      metrics.attempted(choice.target().target().system(), AttemptOutcome.of(result));
      if (response != null) {
        HealthVerdict verdict = choice.target().target().verdict();
        HealthResult health = verdict.of(exchange, request, response, nanos);
        boolean overloaded = !verdict.byCondition() && response.status() == 429 && rules().evicts();
        settle(overloaded ? health.withUnhealthy(true) : health);
      } else if (!(result.failure() instanceof GatewayException error)
          || !error.reason().expected()) {
        settle(HealthResult.failure(nanos));
      }
    }

    void settle(HealthResult result) {
      if (resolution.options().set().settle(choice, result, rules(), Duration.ZERO)) {
        metrics.evicted(choice.target().target().system());
      }
    }

    private HealthRules rules() {
      HealthRules own = choice.target().target().rules();
      if (own != null) {
        return own;
      }
      return resolution.options().all().size() > 1 ? AMONG_SEVERAL : HealthRules.SCORE_ONLY;
    }
  }
}
