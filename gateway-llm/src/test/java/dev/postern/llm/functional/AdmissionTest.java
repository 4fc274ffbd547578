package dev.postern.llm.functional;

import static dev.postern.llm.functional.ScriptedModels.CHAT;
import static dev.postern.llm.functional.ScriptedModels.DONE;
import static dev.postern.llm.functional.ScriptedModels.HELLO;
import static dev.postern.llm.functional.ScriptedModels.ROLE;
import static dev.postern.llm.functional.ScriptedModels.STOP;
import static dev.postern.llm.functional.ScriptedModels.STREAMED;
import static dev.postern.llm.functional.ScriptedModels.USAGE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.Admission;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.llm.functional.Caller.Answer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits are asked when a call has been read and makes sense, and learn what it used. */
class AdmissionTest {
  private static final String LIMITED =
      "{\"model\":\"m\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private boolean admitting = true;
  private ScriptedModels models;

  @BeforeEach
  void start() throws IOException {
    models = new ScriptedModels(new Asking());
  }

  @AfterEach
  void stop() throws IOException {
    models.close();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("llm 2: limits are asked once, with what the call may use")
  void limitsAreAskedOnce(Caller caller) throws Exception {
    models.first.then(call -> call.json(500, "{}"));
    models.second.then(call -> call.json(200, answer("{\"total_tokens\":11}")));
    assertThat(caller.post(models.gateway, CHAT, LIMITED).status()).isEqualTo(200);
    assertThat(asked).containsExactly(new Asked(LIMITED.length() / 4, 50));
    assertThat(used()).isEqualTo(11);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("RL-5: who is not admitted gets the error of the API")
  void whoIsNotAdmittedGetsTheErrorOfTheApi(Caller caller) throws Exception {
    admitting = false;
    Answer refused = caller.post(models.gateway, CHAT, LIMITED);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.code()).isEqualTo("rate_limit_exceeded");
    assertThat(refused.error().string("type")).contains("rate_limit_error");
    assertThat(used()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"/v1/chat/completions | [] | 400", "/v1/chat/completions | {\"model\":5} | 400"})
  @DisplayName("llm 2: what is malformed is refused before limits are asked")
  void whatIsMalformedIsRefusedBefore(String path, String body, int status) throws Exception {
    admitting = false;
    assertThat(Caller.IN_PROCESS.post(models.gateway, path, body).status()).isEqualTo(status);
    assertThat(asked).isEmpty();
  }

  @Test
  void theListOfModelsUsesNoTokens() throws Exception {
    GatewayRequest request = GatewayRequest.get("/v1/models").build();
    assertThat(Caller.IN_PROCESS.send(models.gateway, request).status()).isEqualTo(200);
    assertThat(asked).containsExactly(new Asked(-1, -1));
  }

  @Test
  void aStreamTellsItsUsageAtItsEnd() throws Exception {
    models.first.then(
        call -> call.stream().piece(ROLE).piece(HELLO).piece(STOP).piece(USAGE).piece(DONE).end());
    models.stream(Caller.LISTENER);
    assertThat(used()).isEqualTo(11);
  }

  @Test
  @DisplayName("RL-3: a stream that is left is charged its estimated input and what came")
  void aStreamThatIsLeftIsChargedWhatCame() throws Exception {
    models.first.then(call -> {
      call.stream().piece(ROLE).piece(HELLO).piece(HELLO);
      call.awaitEnd();
    });
    try (GatewayResponse response = models.gateway.handle(Caller.request(CHAT, STREAMED))) {
      requireNonNull(response.body().open().next());
    }
    assertThat(used()).isBetween(STREAMED.length() / 4 + 1L, STREAMED.length() / 4 + 3L);
  }

  @Test
  @DisplayName("RL-3: a call that failed used nothing")
  void aCallThatFailedUsedNothing() throws Exception {
    models.first.always(call -> call.json(500, "{}"));
    models.second.always(call -> call.json(500, "{}"));
    assertThat(models.chat(Caller.IN_PROCESS).status()).isEqualTo(500);
    assertThat(used()).isZero();
  }

  private long used() throws InterruptedException {
    return requireNonNull(models.record().protocolFields()).tokens();
  }

  private static String answer(String usage) {
    return "{\"id\":\"c1\",\"object\":\"chat.completion\",\"model\":\"m-1\",\"choices\":[],\"usage\":"
        + usage
        + "}";
  }

  private record Asked(long input, long output) {
    static Asked of(Admission.@Nullable Demand demand) {
      return demand == null
          ? new Asked(-1, -1)
          : new Asked(demand.inputTokens(), demand.outputTokens());
    }
  }

  private final class Asking implements InterceptingPolicy {
    @Override
    public String kind() {
      return "asking";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.LOCAL_RATE_LIMIT;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      assertThat(context.backendsAskAdmission()).isTrue();
      return (exchange, request, next) -> {
        Admission.add(
            exchange,
            (asking, demand) -> {
              asked.add(Asked.of(demand));
              if (!admitting) {
                throw Reason.RATE_LIMIT.exception("rate limit exceeded");
              }
            });
        return next.proceed(exchange, request);
      };
    }
  }
}
