package dev.postern.llm.functional;

import static dev.postern.llm.functional.ScriptedModels.BUFFERED;
import static dev.postern.llm.functional.ScriptedModels.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.Retry;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.llm.functional.Caller.Answer;
import dev.postern.llm.functional.ScriptedProvider.Call;
import dev.postern.llm.functional.ScriptedProvider.Script;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which failures make another provider answer, and for how long the first is left alone. */
class FailoverMatrixTest {
  private final AtomicLong later = new AtomicLong();
  private ScriptedModels models;

  /** The clock that evictions count by can be put forward. */
  private final Timers timers =
      new Timers() {
        @Override
        public Timer schedule(long nanos, Runnable task) {
          return Timers.system().schedule(nanos, task);
        }

        @Override
        public long nanoTime() {
          return Timers.system().nanoTime() + later.get();
        }
      };

  @BeforeEach
  void start() throws IOException {
    models = new ScriptedModels(timers, Retry.builder().attempts(1).perTryTimeout(SHORT).build());
  }

  private static final Duration SHORT = Duration.ofMillis(700);

  @AfterEach
  void stop() throws IOException {
    models.close();
  }

  static List<Arguments> failures() {
    List<Arguments> all = new ArrayList<>();
    for (Caller caller : Caller.values()) {
      for (int status : new int[] {408, 409, 429, 500, 502, 503, 504, 529, 401, 403, 404}) {
        Script script = call -> call.json(status, "{\"error\":{\"message\":\"m\"}}");
        all.add(argumentSet(caller + ": " + status, caller, script));
      }
      all.add(argumentSet(caller + ": reset", caller, (Script) Call::reset));
      all.add(argumentSet(caller + ": closed", caller, (Script) call -> call.socket().close()));
      all.add(argumentSet(caller + ": no answer in time", caller, (Script) Call::awaitEnd));
      all.add(
          argumentSet(
              caller + ": no HTTP",
              caller,
              (Script)
                  call -> {
                    call.raw("220 smtp ready\r\n\r\n");
                    call.socket().close();
                  }));
      all.add(
          argumentSet(
              caller + ": HTML",
              caller,
              (Script) call -> call.answer(200, "content-type: text/html\r\n", "<html>")));
      all.add(
          argumentSet(
              caller + ": a redirect",
              caller,
              (Script) call -> call.answer(302, "location: http://127.0.0.1:1/\r\n", "")));
      all.add(argumentSet(caller + ": empty", caller, (Script) call -> call.json(200, "")));
      all.add(
          argumentSet(
              caller + ": no content",
              caller,
              (Script) call -> call.raw("HTTP/1.1 204 No Content\r\n\r\n")));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("failures")
  void anotherProviderAnswers(Caller caller, Script failure) throws Exception {
    models.first.then(failure);
    Answer answer = models.chat(caller);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo(ScriptedProvider.ANSWER);
    assertThat(answer.headers().get("x-gateway-provider")).isEqualTo("second");
    assertThat(answer.headers().get("x-gateway-attempts")).isEqualTo("2");
    assertThat(models.second.calls.getFirst().body()).isEqualTo(BUFFERED);
    assertThat(models.second.calls.getFirst().head().toLowerCase())
        .contains("authorization: bearer key-second")
        .doesNotContain("key-first");
    assertThat(models.record().attempts()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 402, 405, 410, 413, 422, 451, 501})
  void otherRefusalsAreTheClientsToKnow(int status) throws Exception {
    String body = "{\"error\":{\"message\":\"m\"}}";
    models.first.then(call -> call.json(status, body));
    Answer answer = models.chat(Caller.LISTENER);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.text()).isEqualTo(body);
    assertThat(models.second.calls).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aProviderThatCannotBeReachedIsReplaced(Caller caller) throws Exception {
    models.first.close();
    assertThat(models.chat(caller).headers().get("x-gateway-provider")).isEqualTo("second");
  }

  @ParameterizedTest
  @EnumSource
  void whenNobodyCanBeReachedThatIsSaid(Caller caller) throws Exception {
    models.first.close();
    models.second.close();
    Answer answer = models.chat(caller);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.code()).isEqualTo("upstream_unavailable");
    assertThat(answer.error().string("type")).contains("server_error");
    assertThat(answer.text()).doesNotContain("127.0.0.1").doesNotContain("key-");
  }

  @ParameterizedTest
  @EnumSource
  void whenNobodyAnswersInTimeThatIsSaid(Caller caller) throws Exception {
    models.first.then(Call::awaitEnd);
    models.second.then(Call::awaitEnd);
    Answer answer = models.chat(caller);
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.code()).isEqualTo("upstream_timeout");
  }

  static List<Arguments> pauses() {
    String info =
        "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
            + "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"36.5s\"}]}}";
    return List.of(
        argumentSet("retry-after", "retry-after: 60\r\n", "{}", 60),
        argumentSet("milliseconds", "retry-after-ms: 1500\r\n", "{}", 1),
        argumentSet("a Go duration", "x-ratelimit-reset-requests: 1m30s\r\n", "{}", 90),
        argumentSet("the smallest", "retry-after: 60\r\nretry-after-ms: 5000\r\n", "{}", 5),
        argumentSet("nothing", "", "{}", 3),
        argumentSet("Google's body", "", info, 37),
        argumentSet("Google's body in an array", "", "[" + info + "]", 37),
        argumentSet("too long", "retry-after: 86400\r\n", "{}", 300));
  }

  @ParameterizedTest
  @MethodSource("pauses")
  void aProviderIsLeftAloneAsLongAsItSays(String headers, String body, int seconds)
      throws Exception {
    models.first.then(
        call -> call.answer(429, "content-type: application/json\r\n" + headers, body));
    assertThat(served()).isEqualTo("second");
    later.set(Duration.ofSeconds(seconds).minusMillis(500).toNanos());
    assertThat(served()).isEqualTo("second");
    later.set(Duration.ofSeconds(seconds).plusMillis(1000).toNanos());
    assertThat(served()).isEqualTo("first");
  }

  @Test
  void theClientIsToldWhenToComeBack() throws Exception {
    String body =
        "[ {\"error\":{\"code\":429,\"details\":[{\"@type\":"
            + "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"36.5s\"}]}}]";
    models.first.then(call -> call.json(429, body));
    models.second.then(call -> call.json(500, "{}"));
    Answer answer = models.chat(Caller.LISTENER);
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.headers().get("retry-after")).isEqualTo("37");
    assertThat(answer.text()).isEqualTo(body);
  }

  @Test
  void whenAllAreLeftAloneTheFirstIsAskedAnyway() throws Exception {
    models.first.then(call -> call.json(503, "{}"));
    models.second.then(call -> call.json(503, "{}"));
    assertThat(models.chat(Caller.LISTENER).status()).isEqualTo(503);
    assertThat(served()).isEqualTo("first");
  }

  @Test
  void everyFailureInARowLeavesItAloneForLonger() throws Exception {
    models.first.always(call -> call.json(500, "{}"));
    assertThat(served()).isEqualTo("second");
    later.addAndGet(Duration.ofMillis(3100).toNanos());
    assertThat(served()).isEqualTo("second");
    assertThat(models.first.calls).hasSize(2);
    later.addAndGet(Duration.ofMillis(3100).toNanos());
    assertThat(served()).isEqualTo("second");
    assertThat(models.first.calls).hasSize(2);
    later.addAndGet(Duration.ofMillis(3100).toNanos());
    assertThat(served()).isEqualTo("second");
    assertThat(models.first.calls).hasSize(3);
  }

  @Test
  void theKeyOfARepeatedRequestIsKept() throws Exception {
    models.first.then(call -> call.json(500, "{}"));
    GatewayRequest request =
        GatewayRequest.post(CHAT, Body.of(BUFFERED)).header("idempotency-key", "k1").build();
    assertThat(Caller.LISTENER.send(models.gateway, request).status()).isEqualTo(200);
    assertThat(models.first.calls.getFirst().head()).containsIgnoringCase("idempotency-key: k1");
    assertThat(models.second.calls.getFirst().head()).containsIgnoringCase("idempotency-key: k1");
  }

  private String served() throws IOException {
    Answer answer = models.chat(Caller.IN_PROCESS);
    assertThat(answer.status()).isEqualTo(200);
    return answer.headers().get("x-gateway-provider");
  }
}
