package dev.postern.llm.functional;

import static dev.postern.llm.functional.ScriptedModels.BUFFERED;
import static dev.postern.llm.functional.ScriptedModels.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.Health;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.Retry;
import dev.postern.core.SessionAffinity;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.functional.Caller.Answer;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions of retry, health and session affinity decide about providers as about hosts. */
class ConditionsTest {
  private static final Conditions CONDITIONS =
      new Conditions()
          .with("true", (exchange, request, response) -> true)
          .with("false", (exchange, request, response) -> false)
          .with("missing", (exchange, request, response) -> null)
          .with(
              "cookie is set",
              (exchange, request, response) -> request.headers().contains("cookie"))
          .with(
              "request.body names m",
              (exchange, request, response) -> {
                String body = Conditions.content(request.body());
                return body == null || request.headers().contains("content-encoding")
                    ? null
                    : body.contains("\"model\":\"m\"");
              })
          .with(
              "response.body is refused",
              (exchange, request, response) -> {
                String body = response == null ? null : Conditions.content(response.body());
                return body == null ? null : body.contains("refused");
              })
          .with(
              "response is 400",
              (exchange, request, response) -> response == null ? null : response.status() == 400)
          .with("user", (exchange, request, response) -> request.headers().get("x-user"));

  private static final String REFUSED = ScriptedProvider.ANSWER.replace("Hello", "refused");

  private static ScriptedModels models(Policy... policies) throws IOException {
    return new ScriptedModels(builder -> builder.expressions(CONDITIONS.engine()), policies);
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "missing"})
  @DisplayName("7.7: without its precondition no other provider is asked")
  void withoutItsPreconditionNobodyElseIsAsked(String precondition) throws Exception {
    for (Caller caller : Caller.values()) {
      try (ScriptedModels models =
          models(Retry.builder().attempts(2).precondition(precondition).build())) {
        models.first.always(call -> call.json(503, "{\"error\":{\"message\":\"m\"}}"));
        assertThat(models.chat(caller).status()).isEqualTo(503);
        assertThat(models.record().attempts()).isEqualTo(1);
        assertThat(models.second.calls).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void preconditionsSeeWhatTheClientSent(Caller caller) throws Exception {
    try (ScriptedModels models =
        models(Retry.builder().attempts(1).precondition("cookie is set").build())) {
      models.first.always(call -> call.json(503, "{}"));
      GatewayRequest request =
          Caller.request(CHAT, BUFFERED).toBuilder().header("cookie", "a=b").build();
      assertThat(caller.send(models.gateway, request).status()).isEqualTo(200);
      // Which the provider does not get.
      assertThat(models.second.calls.getFirst().head()).doesNotContainIgnoringCase("cookie");
    }
  }

  @Test
  void preconditionsSeeTheBodyDecoded() throws Exception {
    try (ScriptedModels models =
        models(Retry.builder().attempts(1).precondition("request.body names m").build())) {
      models.first.then(call -> call.json(503, "{}"));
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
        gzip.write(BUFFERED.getBytes(StandardCharsets.UTF_8));
      }
      GatewayRequest request =
          GatewayRequest.post(CHAT, Body.of(packed.toByteArray()))
              .header("content-type", "application/json")
              .header("content-encoding", "gzip")
              .build();
      assertThat(Caller.LISTENER.send(models.gateway, request).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("7.7: an answer for which the condition holds moves on to another provider")
  void answersForWhichTheConditionHoldsMoveOn(Caller caller) throws Exception {
    try (ScriptedModels models =
        models(Retry.builder().attempts(1).condition("response.body is refused").build())) {
      models.first.then(call -> call.json(200, REFUSED));
      Answer answer = models.chat(caller);
      assertThat(answer.text()).isEqualTo(ScriptedProvider.ANSWER);
      assertThat(answer.headers().get("x-gateway-provider")).isEqualTo("second");
      // The next one is what it should be, and comes whole.
      assertThat(models.chat(caller).text()).isEqualTo(ScriptedProvider.ANSWER);
      assertThat(models.second.calls).hasSize(1);
    }
  }

  @Test
  @DisplayName("19.8: a stream is not waited for, so the condition has no value")
  void streamsAreNotReadIntoMemory() throws Exception {
    try (ScriptedModels models =
        models(Retry.builder().attempts(1).condition("response.body is refused").build())) {
      models.first.then(call ->
          call.stream()
              .piece(ScriptedModels.ROLE + ScriptedModels.HELLO.replace("Hello", "refused"))
              .piece(ScriptedModels.STOP + ScriptedModels.DONE)
              .end());
      assertThat(models.stream(Caller.LISTENER).text()).contains("refused");
      assertThat(models.second.calls).isEmpty();
    }
  }

  private static Health health(String condition) {
    return new Health(Health.Eviction.afterFailures(1, Duration.ofMinutes(5)))
        .unhealthyExpression(condition);
  }

  private static String served(ScriptedModels models) throws IOException {
    return models.chat(Caller.IN_PROCESS).headers().get("x-gateway-provider");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("6.3: an answer for which the condition holds counts against its provider")
  void providersAreTakenOutByTheCondition(Caller caller) throws Exception {
    try (ScriptedModels models = models(health("response is 400"))) {
      models.first.then(call -> call.json(400, "{\"error\":{\"message\":\"m\"}}"));
      assertThat(models.chat(caller).status()).isEqualTo(400);
      assertThat(served(models)).isEqualTo("second");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"response is 400", "missing"})
  @DisplayName("6.3: the condition decides alone, also about a 429")
  void theStatusCountsNoMore(String condition) throws Exception {
    for (int status : new int[] {500, 429}) {
      try (ScriptedModels models = models(health(condition))) {
        models.first.then(call -> call.json(status, "{}"));
        assertThat(served(models)).isEqualTo("second");
        assertThat(served(models)).isEqualTo("first");
      }
    }
  }

  @Test
  void conditionsOfHealthMayLookIntoAnswers() throws Exception {
    try (ScriptedModels models = models(health("response.body is refused"))) {
      models.first.then(call -> call.json(200, REFUSED));
      assertThat(models.chat(Caller.LISTENER).text()).isEqualTo(REFUSED);
      assertThat(served(models)).isEqualTo("second");
    }
  }

  /** Three providers of equal rank. */
  private static final class Three implements AutoCloseable {
    final List<ScriptedProvider> providers = new ArrayList<>();
    final Gateway gateway;

    Three(Policy... policies) throws IOException {
      LlmBackend.Builder backend = LlmBackend.builder();
      for (int i = 0; i < 3; i++) {
        ScriptedProvider provider = new ScriptedProvider();
        providers.add(provider);
        backend.provider(
            NamedProvider.of("p" + i, OpenAi.withKey(Secret.of("k"))).baseUrl(provider.baseUrl()));
      }
      gateway =
          Gateway.builder()
              .expressions(CONDITIONS.engine())
              .gateway("default", Bind.port(0).address("127.0.0.1"))
              .route(
                  "llm",
                  route -> {
                    for (Policy policy : policies) {
                      route.policy(policy);
                    }
                    route.backend(backend.build());
                  })
              .build()
              .start();
    }

    @Nullable String served(Caller caller, int user) throws IOException {
      GatewayRequest request =
          Caller.request(CHAT, BUFFERED).toBuilder().header("x-user", "user-" + user).build();
      Answer answer = caller.send(gateway, request);
      assertThat(answer.status()).isEqualTo(200);
      return answer.headers().get("x-gateway-provider");
    }

    @Override
    public void close() throws IOException {
      gateway.close(Duration.ZERO);
      for (ScriptedProvider provider : providers) {
        provider.close();
      }
    }
  }

  @Test
  @DisplayName("6.5: calls of one key go to one provider; only those of one that fails move")
  void callsOfOneKeyGoToOneProvider() throws Exception {
    try (Three three = new Three(SessionAffinity.by("user"))) {
      Map<Integer, String> homes = new TreeMap<>();
      for (int user : IntStream.range(0, 40).toArray()) {
        homes.put(user, three.served(Caller.IN_PROCESS, user));
        assertThat(three.served(Caller.LISTENER, user)).isEqualTo(homes.get(user));
      }
      assertThat(homes.values()).contains("p0", "p1", "p2");

      three.providers.get(1).always(call -> call.json(503, "{}"));
      homes.forEach((user, home) -> {
        try {
          String now = three.served(Caller.IN_PROCESS, user);
          if (home.equals("p1")) {
            assertThat(now).isIn("p0", "p2");
          } else {
            assertThat(now).isEqualTo(home);
          }
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
    }
  }

  @Test
  void affinityToOneProviderIsRefused() {
    NamedProvider provider =
        NamedProvider.of("one", OpenAi.withKey(Secret.of("k")))
            .policies(PolicySet.of(SessionAffinity.by("user")));
    LlmBackend backend = LlmBackend.builder().group(provider).build();
    assertThatThrownBy(() ->
            Gateway.builder()
                .expressions(CONDITIONS.engine())
                .route("llm", route -> route.backend(backend))
                .build())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("one: sessionAffinity on one provider (expected: on the backend");
  }

  @Test
  void conditionsThatCannotBeCompiledAreRefusedWhereTheyStand() {
    assertThatThrownBy(() -> models(Retry.builder().condition("nonsense").build()))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("retry.condition: unknown name nonsense");
    assertThatThrownBy(() -> models(health("nonsense")))
        .hasMessageContaining("health.unhealthyExpression: unknown name nonsense");
  }
}
