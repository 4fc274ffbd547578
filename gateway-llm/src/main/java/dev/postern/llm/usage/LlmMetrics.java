package dev.postern.llm.usage;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.telemetry.AddedLabels;
import dev.postern.core.telemetry.LabelSets;
import dev.postern.core.telemetry.Telemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The metrics of calls to models, recorded when they have ended. Safe for concurrent use. */
public final class LlmMetrics {
  private static final String PREFIX = "agentgateway_";
  private static final String GEN_AI = "gen_ai_";
  private static final int MAX_NAMES = 200;
  private static final String UNKNOWN = "unknown";

  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("gen_ai_operation_name");
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("gen_ai_system");
  private static final AttributeKey<String> REQUEST_MODEL =
      AttributeKey.stringKey("gen_ai_request_model");
  private static final AttributeKey<String> RESPONSE_MODEL =
      AttributeKey.stringKey("gen_ai_response_model");
  private static final AttributeKey<String> TOKEN_TYPE =
      AttributeKey.stringKey("gen_ai_token_type");
  private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("provider");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");
  private static final AttributeKey<String> BIND = AttributeKey.stringKey("bind");
  private static final AttributeKey<String> GATEWAY = AttributeKey.stringKey("gateway");
  private static final AttributeKey<String> LISTENER = AttributeKey.stringKey("listener");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> ROUTE_RULE = AttributeKey.stringKey("route_rule");
  private static final List<AttributeKey<String>> KEYS =
      List.of(
          OPERATION,
          SYSTEM,
          REQUEST_MODEL,
          RESPONSE_MODEL,
          BIND,
          GATEWAY,
          LISTENER,
          ROUTE,
          ROUTE_RULE);

  private static final List<Long> TOKENS =
      List.of(
          1L, 4L, 16L, 64L, 256L, 1024L, 4096L, 16384L, 65536L, 262144L, 1048576L, 4194304L,
          16777216L, 67108864L);
  private static final List<Double> SECONDS =
      List.of(.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
  private static final List<Double> FIRST_TOKEN =
      List.of(.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1., 2.5, 5., 7.5, 10.);
  private static final List<Double> PER_TOKEN =
      List.of(.001, .01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1., 2.5);

  private final LongHistogram tokens;
  private final DoubleHistogram duration;
  private final DoubleHistogram timeToFirstToken;
  private final DoubleHistogram timePerOutputToken;
  private final LongCounter truncated;
  private final LongCounter attempts;
  private final LongCounter evictions;
  private final ModelNames requestNames = new ModelNames(MAX_NAMES);
  private final ModelNames responseNames = new ModelNames(MAX_NAMES);
  private final ConcurrentMap<AttemptKey, Attributes> ofAttempts = new ConcurrentHashMap<>();
  private final LabelSets<Key> labels;
  private final LabelSets<TokenKey> tokenLabels;

  /** Makes the instruments that the configuration does not remove. */
  public LlmMetrics(Telemetry telemetry) {
    this.tokens =
        telemetry
            .meter(GEN_AI + "client_token_usage")
            .histogramBuilder(PREFIX + GEN_AI + "client_token_usage")
            .ofLongs()
            .setDescription("Tokens of calls to models.")
            .setExplicitBucketBoundariesAdvice(TOKENS)
            .build();
    this.duration =
        seconds(telemetry, "server_request_duration", SECONDS, "Time of calls to models.");
    this.timeToFirstToken =
        seconds(
            telemetry,
            "server_time_to_first_token",
            FIRST_TOKEN,
            "Time from a request to the first content of its stream.");
    this.timePerOutputToken =
        seconds(
            telemetry,
            "server_time_per_output_token",
            PER_TOKEN,
            "Time for each token of a stream after the first.");
    this.truncated =
        counter(telemetry, "llm_stream_truncated", "Streams that broke off before their end.");
    this.attempts = counter(telemetry, "llm_attempts", "Tries of calls to models.");
    this.evictions =
        counter(telemetry, "llm_evictions", "Times that a provider was left alone for a while.");
    Runnable nothing = () -> {};
    Attributes other = other();
    Attributes otherTokens = other.toBuilder().put(TOKEN_TYPE, "other").build();
    this.labels =
        new LabelSets<>(
            telemetry.maxSeries(), Key::labels, key -> key.added().other(other), nothing);
    this.tokenLabels =
        new LabelSets<>(
            telemetry.maxSeries(),
            TokenKey::labels,
            key -> key.call().added().other(otherTokens),
            nothing);
  }

  /**
   * Counts one try of a call.
   *
   * @param provider the name of the provider, from the configuration
   */
  public void attempted(String provider, AttemptOutcome outcome) {
    attempts.add(
        1, ofAttempts.computeIfAbsent(new AttemptKey(provider, outcome), AttemptKey::labels));
  }

  /**
   * Counts a provider that gets no calls for a while.
   *
   * @param provider the name of the provider, from the configuration
   */
  public void evicted(String provider) {
    evictions.add(1, Attributes.of(PROVIDER, provider));
  }

  /**
   * Records a call that has ended.
   *
   * @param added what the configuration adds to its labels
   */
  public void ended(LlmRecord call, Exchange exchange, AddedLabels added) {
    RequestRecord request = exchange.record();
    Key key = key(call, request, exchange.connection().bind(), added);
    Attributes ofCall = labels.get(key);
    duration.record((request.endNanos() - request.startNanos()) / 1e9, ofCall);
    if (call.timeToFirstToken() >= 0) {
      timeToFirstToken.record(call.timeToFirstToken(), ofCall);
    }
    if (call.timePerOutputToken() >= 0) {
      timePerOutputToken.record(call.timePerOutputToken(), ofCall);
    }
    if (call.truncated()) {
      truncated.add(1, ofCall);
    }
    Usage usage = call.usage();
    if (usage != null) {
      tokens(key, "input", usage.input());
      tokens(key, "output", usage.output());
      tokens(key, "input_cache_read", usage.cacheRead());
      tokens(key, "input_cache_write", usage.cacheWrite());
      tokens(key, "reasoning", usage.reasoning());
    }
  }

  private void tokens(Key key, String type, long count) {
    boolean always = type.equals("input") || type.equals("output");
    if (count > 0 || (always && count == 0)) {
      tokens.record(count, tokenLabels.get(new TokenKey(key, type)));
    }
  }

  private Key key(LlmRecord call, RequestRecord request, int bind, AddedLabels added) {
    String asked = call.modelLabel();
    // Clients can ask for any name; those that nobody configured are one.
    String askedLabel = call.requestModel() == null ? null : "other";
    String answered = call.responseModel();
    return new Key(
        call.operation(),
        call.provider(),
        asked == null ? askedLabel : requestNames.label(asked),
        answered == null ? null : responseNames.label(answered),
        bind,
        request.gateway(),
        request.listener(),
        request.route(),
        request.routeRule(),
        added);
  }

  private static LongCounter counter(Telemetry telemetry, String name, String description) {
    return telemetry.meter(name).counterBuilder(PREFIX + name).setDescription(description).build();
  }

  private static DoubleHistogram seconds(
      Telemetry telemetry, String name, List<Double> buckets, String description) {
    return telemetry
        .meter(GEN_AI + name)
        .histogramBuilder(PREFIX + GEN_AI + name)
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(buckets)
        .build();
  }

  private static Attributes other() {
    AttributesBuilder labels = Attributes.builder();
    KEYS.forEach(key -> labels.put(key, "other"));
    return labels.build();
  }

  private record AttemptKey(String provider, AttemptOutcome outcome) {
    Attributes labels() {
      return Attributes.of(PROVIDER, provider, OUTCOME, outcome.label());
    }
  }

  private record TokenKey(Key call, String type) {
    Attributes labels() {
      return call.labels().toBuilder().put(TOKEN_TYPE, type).build();
    }
  }

  private record Key(
      String operation,
      @Nullable String system,
      @Nullable String requestModel,
      @Nullable String responseModel,
      int bind,
      @Nullable String gateway,
      @Nullable String listener,
      @Nullable String route,
      @Nullable String routeRule,
      AddedLabels added) {
    Attributes labels() {
      AttributesBuilder labels = Attributes.builder();
      labels
          .put(OPERATION, operation)
          .put(SYSTEM, known(system))
          .put(REQUEST_MODEL, known(requestModel))
          .put(RESPONSE_MODEL, known(responseModel))
          .put(BIND, bind == 0 ? UNKNOWN : "bind/" + bind)
          .put(GATEWAY, known(gateway))
          .put(LISTENER, known(listener))
          .put(ROUTE, known(route))
          .put(ROUTE_RULE, known(routeRule));
      added.putInto(labels);
      return labels.build();
    }

    private static String known(@Nullable String value) {
      return value == null ? UNKNOWN : value;
    }
  }
}
