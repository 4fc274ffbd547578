package dev.postern.benchmark;

import dev.postern.core.GatewayBuilder;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.json.Json;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import dev.postern.core.text.LinearPattern;
import dev.postern.core.text.Secret;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import dev.postern.policy.authn.ApiKey;
import dev.postern.policy.authn.AuthenticationMode;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import dev.postern.policy.ratelimit.LocalRateLimit;
import dev.postern.policy.ratelimit.RateLimit;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * A model behind what a shared gateway usually has: API keys, a rule, a limit of tokens, a regular
 * expression over the prompt, metrics and an access log.
 */
final class GuardedModel {
  /** The key that the load generator sends. */
  static final String KEY = "benchmark-key";

  private GuardedModel() {}

  /** Adds the model and its policies to {@code builder}. */
  static GatewayBuilder in(GatewayBuilder builder, String upstream) {
    NamedProvider provider =
        NamedProvider.of("model", OpenAi.withKey(Secret.of("key")))
            .baseUrl("http://" + upstream + "/v1");
    return builder
        .openTelemetry(
            OpenTelemetrySdk.builder()
                .setMeterProvider(
                    SdkMeterProvider.builder()
                        .registerMetricReader(PrometheusMetricReader.create())
                        .build())
                .build())
        .accessLog(LogSink.to(OutputStream.nullOutputStream()), AccessLog.Format.TEXT)
        .route(
            "llm",
            route ->
                route
                    .policy(
                        ApiKey.of(
                                ApiKey.Key.of(Secret.of(KEY))
                                    .metadata(Map.of("role", Json.of("admin"))))
                            .mode(AuthenticationMode.STRICT))
                    .policy(
                        Authorization.of(
                            Rule.allow(
                                "apiKey.role == \"admin\" && request.path.startsWith(\"/v1\")")))
                    .policy(
                        LocalRateLimit.of(RateLimit.tokens(3_000_000_000L, Duration.ofMinutes(1))))
                    .policy(new PromptGuard(LinearPattern.compile("\\b\\d{3}-\\d{2}-\\d{4}\\b")))
                    .backend(LlmBackend.builder().provider(provider).build()));
  }

  /** Refuses requests in whose text a pattern is found: stands in for a prompt guard. */
  record PromptGuard(LinearPattern pattern) implements InterceptingPolicy {
    private static final long LIMIT = 1 << 20;

    @Override
    public String kind() {
      return "promptGuard";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.TRANSFORMATION;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      return (exchange, request, next) -> {
        byte[] body = context.buffers().readAll(exchange, request.body(), LIMIT);
        if (pattern.find(new String(body, StandardCharsets.UTF_8), 0).isPresent()) {
          throw Reason.GUARDRAIL.exception("refused by the guard").status(403);
        }
        return next.proceed(exchange, request.withBody(Body.of(body)));
      };
    }
  }
}
