package dev.postern.examples.trafficratelimit;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.json.Json;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.text.Secret;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import dev.postern.policy.authn.ApiKey;
import dev.postern.policy.authn.AuthenticationMode;
import dev.postern.policy.ratelimit.LocalRateLimit;
import dev.postern.policy.ratelimit.RateLimit;
import dev.postern.policy.ratelimit.RateLimit.Descriptor;
import dev.postern.policy.traffic.DirectResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Limits of requests and of tokens, per caller. */
public final class Main {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private Main() {}

  /** Listens until it is stopped, before a model that repeats what it is told. */
  public static void main(String[] args) throws IOException {
    FakeModel model = FakeModel.start();
    Gateway gateway = Gateway.from(config(4000, model.url() + "/v1")).start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              gateway.close();
              model.close();
            }));
    System.out.println("listening on http://127.0.0.1:" + gateway.port() + ", Ctrl-C ends it");
  }

  /** Returns the gateway that gateway.yaml describes. */
  static GatewayConfig config(int port, String modelUrl) {
    NamedProvider model =
        NamedProvider.of("model", OpenAi.withKey(Secret.of("not-needed")).model(FakeModel.MODEL))
            .baseUrl(modelUrl);
    return GatewayConfig.builder()
        .listen(port)
        .route(
            "search",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/search"))
                    .policy(
                        LocalRateLimit.of(
                            RateLimit.builder(3, 3, MINUTE).descriptors(searches()).build(),
                            RateLimit.requests(1000, MINUTE)))
                    .policy(new DirectResponse(200, "found\n")))
        .route(
            "reports",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/reports"))
                    .policy(keys())
                    .policy(
                        ConditionalPolicy.when("apiKey.plan == \"gold\"", pages(20))
                            .otherwise(pages(5)))
                    .policy(new DirectResponse(200, "report\n")))
        .route(
            "models",
            route ->
                route
                    .matches(RouteMatch.pathPrefix("/v1"))
                    .policy(keys())
                    .policy(
                        LocalRateLimit.of(
                            RateLimit.requests(100, MINUTE).by("apiKey.name"),
                            RateLimit.tokens(20, MINUTE).by("apiKey.name")))
                    .backend(LlmBackend.builder().provider(model).build()))
        .build();
  }

  /** A bucket for each caller and kind of search. */
  private static Descriptor searches() {
    return new Descriptor(
        List.of(
            new Descriptor.Part(
                "caller", ExpressionText.parse("default(source.address, \"in-process\")")),
            new Descriptor.Part(
                "kind",
                ExpressionText.parse(
                    "request.path.startsWith(\"/search/images\") ? \"images\" : \"text\""))));
  }

  /** So many pages an hour for each key. */
  private static LocalRateLimit pages(int count) {
    return LocalRateLimit.of(
        RateLimit.builder(count, count, HOUR)
            .key("apiKey.name")
            .cost("int(request.headers[\"x-pages\"])")
            .build());
  }

  private static ApiKey keys() {
    return ApiKey.of(
            key(
                "acme",
                "sha256:e419a7d08e89ad37b6e521e1e223eee4488a79523d4eba4267a52728f2f6c17c",
                "gold"),
            key(
                "globex",
                "sha256:2e440df35a4720c46f366e526758bd1ab7a87475720095e091dfa07c62e44ab9",
                "basic"))
        .mode(AuthenticationMode.STRICT);
  }

  private static ApiKey.Key key(String name, String hash, String plan) {
    return ApiKey.Key.hashed(hash).name(name).metadata(Map.of("plan", Json.of(plan)));
  }
}
