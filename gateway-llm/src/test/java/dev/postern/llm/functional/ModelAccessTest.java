package dev.postern.llm.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.ModelAccess;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.text.Secret;
import dev.postern.llm.Llm;
import dev.postern.llm.functional.Caller.Answer;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.Model;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Callers who may ask for some models only. */
class ModelAccessTest {
  /** Lets callers ask for one model. */
  private record Only(String model) implements InterceptingPolicy {
    @Override
    public String kind() {
      return "only";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.API_KEY;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      return (exchange, request, next) -> {
        exchange.set(ModelAccess.KEY, model::equals);
        return next.proceed(exchange, request);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("AK-2: a model that the caller may not use is refused in the client's format")
  void otherModelsAreRefused(Caller caller) throws IOException {
    try (ScriptedProvider provider = new ScriptedProvider()) {
      Llm models =
          Llm.builder()
              .gateway("default")
              .model(
                  Model.builder("gpt-*")
                      .provider(OpenAi.withKey(Secret.of("k")))
                      .baseUrl(provider.baseUrl())
                      .build())
              .build();
      Gateway gateway =
          Gateway.builder()
              .gateway("default", Bind.port(0).address("127.0.0.1").policy(new Only("gpt-5")))
              .section(models)
              .build()
              .start();
      try {
        Answer refused = caller.post(gateway, "/v1/chat/completions", body("gpt-6"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("model not allowed", "model_not_allowed");
        assertThat(provider.calls).isEmpty();
        assertThat(caller.post(gateway, "/v1/chat/completions", body("gpt-5")).status())
            .isEqualTo(200);
      } finally {
        gateway.close(Duration.ZERO);
      }
    }
  }

  private static String body(String model) {
    return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
  }
}
