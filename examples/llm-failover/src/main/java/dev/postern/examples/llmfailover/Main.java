package dev.postern.examples.llmfailover;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.Health;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.testing.FakeModel;
import dev.postern.core.text.Secret;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.compatible.Preset;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.io.IOException;
import java.time.Duration;

/** Two providers: the second takes over while the first fails. */
public final class Main {
  private static final String QUESTION =
      "{\"model\":\"any\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

  private Main() {}

  /** Asks four times, of which the second meets a failing provider. */
  public static void main(String[] args) throws IOException {
    Secret key = Secret.of("not-needed");
    try (FakeModel primary = FakeModel.start();
        FakeModel backup = FakeModel.start();
        Gateway gateway =
            Gateway.from(config(primary.url() + "/v1", key, backup.url() + "/v1", key))) {
      ask(gateway);
      primary.failNext(503);
      ask(gateway);
      ask(gateway);
      ask(gateway);
    }
  }

  /** Returns the gateway that gateway.yaml describes. */
  static GatewayConfig config(
      String primaryUrl, Secret primaryKey, String backupUrl, Secret backupKey) {
    Health evictAtOnce = new Health(Health.Eviction.afterFailures(1, Duration.ofSeconds(30)));
    NamedProvider primary =
        NamedProvider.of("primary", OpenAi.withKey(primaryKey).model("gpt-5-mini"))
            .baseUrl(primaryUrl)
            .policies(PolicySet.of(evictAtOnce));
    NamedProvider backup =
        NamedProvider.of(
                "backup", Preset.withKey("mistral", backupKey).model("mistral-small-latest"))
            .baseUrl(backupUrl);
    return GatewayConfig.builder()
        .listen(4000)
        .route(
            "models",
            route -> route.backend(LlmBackend.builder().group(primary).group(backup).build()))
        .build();
  }

  private static void ask(Gateway gateway) throws IOException {
    GatewayRequest request =
        GatewayRequest.post("/v1/chat/completions", Body.of(QUESTION))
            .header("content-type", "application/json")
            .build();
    try (GatewayResponse response = gateway.handle(request)) {
      String attempts = response.header("x-gateway-attempts");
      System.out.printf(
          "%d from %s, model %s, attempts: %s%n",
          response.status(),
          response.header("x-gateway-provider"),
          response.header("x-gateway-model"),
          attempts == null ? "1" : attempts);
      response.body().discard();
    }
  }
}
