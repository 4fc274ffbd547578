package dev.postern.llm.functional;

import static dev.postern.llm.functional.ScriptedModels.CHAT;
import static dev.postern.llm.functional.ScriptedModels.DONE;
import static dev.postern.llm.functional.ScriptedModels.HELLO;
import static dev.postern.llm.functional.ScriptedModels.RESPONSES;
import static dev.postern.llm.functional.ScriptedModels.RESPONSE_STREAMED;
import static dev.postern.llm.functional.ScriptedModels.ROLE;
import static dev.postern.llm.functional.ScriptedModels.STOP;
import static dev.postern.llm.functional.ScriptedModels.STREAMED;
import static dev.postern.llm.functional.ScriptedModels.USAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.Timeout;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.json.Json;
import dev.postern.llm.functional.Caller.Answer;
import dev.postern.llm.functional.ScriptedProvider.Call;
import dev.postern.llm.functional.ScriptedProvider.Script;
import dev.postern.llm.usage.LlmRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers whose streams end in ways they should not. */
class StreamFailureTest {
  private static final String GOOD = ROLE + HELLO + STOP + USAGE + DONE;
  private static final String RELAYED = ROLE + HELLO + STOP + DONE;
  private static final String CREATED =
      "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"
          + "\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\",\"output\":[]}}\n\n";
  private static final String DELTA =
      "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
          + "\"sequence_number\":1,\"delta\":\"Hello\"}\n\n";
  private static final String COMPLETED =
      "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,"
          + "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[],\"usage\":"
          + "{\"input_tokens\":5,\"output_tokens\":3,\"total_tokens\":8}}}\n\n";

  private ScriptedModels models;

  @BeforeEach
  void start() throws IOException {
    models = new ScriptedModels(Timeout.none().streamIdleTimeout(Duration.ofMillis(400)));
  }

  @AfterEach
  void stop() throws IOException {
    models.close();
  }

  private static Script stream(String... pieces) {
    return call -> {
      call.stream();
      for (String piece : pieces) {
        call.piece(piece);
      }
      call.end();
    };
  }

  /** Sends the pieces, and then breaks the connection once they are on their way. */
  private static Script broken(String... pieces) {
    return call -> {
      call.stream();
      for (String piece : pieces) {
        call.piece(piece);
      }
      call.raw("zz\r\n");
      call.socket().shutdownOutput();
    };
  }

  private static Script silent(String... pieces) {
    return call -> {
      call.stream();
      for (String piece : pieces) {
        call.piece(piece);
      }
      call.awaitEnd();
    };
  }

  static List<Arguments> beforeTheFirstContent() {
    List<Arguments> all = new ArrayList<>();
    for (Caller caller : Caller.values()) {
      all.add(argumentSet(caller + ": ends at once", caller, stream()));
      all.add(argumentSet(caller + ": ends after its role", caller, stream(ROLE)));
      all.add(argumentSet(caller + ": only comments", caller, stream(": hi\n\n", ": ho\n\n")));
      all.add(argumentSet(caller + ": events without data", caller, stream("event: x\n\n")));
      all.add(argumentSet(caller + ": half an event", caller, stream(HELLO.substring(0, 40))));
      all.add(argumentSet(caller + ": breaks", caller, broken(ROLE)));
      all.add(argumentSet(caller + ": is reset", caller, (Script) Call::reset));
      all.add(
          argumentSet(
              caller + ": is reset after the head",
              caller,
              (Script) call -> call.stream().reset()));
      all.add(
          argumentSet(
              caller + ": tells an error",
              caller,
              stream("data: {\"error\":{\"message\":\"overloaded\"}}\n\n")));
      all.add(argumentSet(caller + ": falls silent", caller, silent(ROLE)));
      all.add(argumentSet(caller + ": says nothing", caller, silent()));
      all.add(
          argumentSet(
              caller + ": bad chunks",
              caller,
              (Script)
                  call -> {
                    call.stream().raw("nonsense\r\n");
                    call.awaitEnd();
                  }));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource
  void beforeTheFirstContent(Caller caller, Script script) throws Exception {
    models.first.then(script);
    models.second.then(stream(GOOD));
    Answer answer = models.stream(caller);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo(RELAYED);
    assertThat(answer.headers().get("x-gateway-provider")).isEqualTo("second");
    assertThat(answer.headers().get("x-gateway-attempts")).isEqualTo("2");
    RequestRecord record = models.record();
    assertThat(record.attempts()).isEqualTo(2);
    assertThat(((LlmRecord) record.protocolFields()).usage().total()).isEqualTo(11);
    assertThat(((LlmRecord) record.protocolFields()).truncated()).isFalse();
  }

  static List<Arguments> afterTheFirstContent() {
    String error = "data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n";
    List<Arguments> all = new ArrayList<>();
    for (Caller caller : Caller.values()) {
      all.add(
          argumentSet(caller + ": ends", caller, stream(ROLE, HELLO), "upstream_stream_truncated"));
      all.add(
          argumentSet(
              caller + ": ends within an event",
              caller,
              stream(ROLE, HELLO, HELLO.substring(0, 30)),
              "upstream_stream_truncated"));
      all.add(
          argumentSet(caller + ": breaks", caller, broken(ROLE, HELLO), "upstream_stream_error"));
      all.add(
          argumentSet(
              caller + ": falls silent", caller, silent(ROLE, HELLO), "upstream_idle_timeout"));
      all.add(
          argumentSet(
              caller + ": an endless line",
              caller,
              stream(ROLE, HELLO, "data: " + "x".repeat(3 << 20)),
              "stream_event_too_large"));
      all.add(argumentSet(caller + ": tells an error", caller, stream(ROLE, HELLO, error), null));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource
  void afterTheFirstContent(Caller caller, Script script, String code) throws Exception {
    models.first.then(script);
    Answer answer = models.stream(caller);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).startsWith(ROLE + HELLO).doesNotContain("[DONE]");
    String event = answer.text().substring((ROLE + HELLO).length());
    assertThat(event).startsWith("data: {\"error\":").endsWith("}\n\n");
    Json error = Json.parse(event.substring("data: ".length())).find("error").orElseThrow();
    assertThat(error.string("code").orElse(null)).isEqualTo(code);
    assertThat(error.string("message").orElse("")).isNotEmpty();
    assertThat(models.second.calls).isEmpty();
    assertThat(((LlmRecord) models.record().protocolFields()).truncated()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aResponseThatBreaksOffHasFailed(Caller caller) throws Exception {
    models.first.then(broken(CREATED, DELTA));
    String text = caller.post(models.gateway, RESPONSES, RESPONSE_STREAMED).text();
    assertThat(text)
        .isEqualTo(
            CREATED
                + DELTA
                + "event: response.failed\ndata: {\"type\":\"response.failed\","
                + "\"sequence_number\":2,\"response\":{\"id\":\"resp_1\",\"status\":\"failed\","
                + "\"output\":[],\"error\":{\"code\":\"server_error\","
                + "\"message\":\"The connection to the provider broke\"}}}\n\n");
  }

  @ParameterizedTest
  @EnumSource
  void aResponseThatFailsAtOnceMovesOn(Caller caller) throws Exception {
    models.first.then(
        stream(
            CREATED,
            "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":1,"
                + "\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"output\":[],\"error\":"
                + "{\"code\":\"server_error\",\"message\":\"m\"},\"usage\":null}}\n\n"));
    models.second.then(stream(CREATED, DELTA, COMPLETED));
    assertThat(caller.post(models.gateway, RESPONSES, RESPONSE_STREAMED).text())
        .isEqualTo(CREATED + DELTA + COMPLETED);
  }

  @Test
  void aResponseThatFailsLaterIsRelayed() throws Exception {
    String failed =
        "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":2,"
            + "\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"usage\":null}}\n\n";
    models.first.then(stream(CREATED, DELTA, failed));
    assertThat(Caller.LISTENER.post(models.gateway, RESPONSES, RESPONSE_STREAMED).text())
        .isEqualTo(CREATED + DELTA + failed);
  }

  @Test
  void anEndlessLineIsNotHeldForEver() throws Exception {
    models.first.then(stream("data: " + "x".repeat(3 << 20)));
    Answer answer = models.stream(Caller.LISTENER);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).startsWith("data: ").contains("\"code\":\"stream_event_too_large\"");
  }

  @ParameterizedTest
  @EnumSource
  void allFallSilentBeforeTheirFirstContent(Caller caller) throws Exception {
    models.first.then(silent(ROLE));
    models.second.then(silent());
    Answer answer = models.stream(caller);
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.code()).isEqualTo("upstream_idle_timeout");
    assertThat(models.first.ended.poll(1, TimeUnit.SECONDS)).isEqualTo("ended");
    assertThat(models.second.ended.poll(1, TimeUnit.SECONDS)).isEqualTo("ended");
  }

  @ParameterizedTest
  @EnumSource
  void allDieBeforeTheirFirstContent(Caller caller) throws Exception {
    models.first.then(stream(ROLE));
    models.second.then(stream("data: {\"error\":{\"message\":\"overloaded\"}}\n\n"));
    Answer answer = models.stream(caller);
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.code()).isEqualTo("upstream_stream_error");
    assertThat(answer.error().string("message")).contains("overloaded");
    assertThat(answer.headers().get("content-type")).isEqualTo("application/json");
    assertThat(answer.headers().get("x-gateway-attempts")).isEqualTo("2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"data: nonsense\n\n", "data: {\"x\":\n\n", "data: [1]\n\n", "x\n\n"})
  void garbageBetweenEventsPasses(String garbage) throws Exception {
    models.first.then(stream(ROLE, HELLO, garbage, STOP, USAGE, DONE));
    assertThat(models.stream(Caller.LISTENER).text())
        .isEqualTo(ROLE + HELLO + garbage + STOP + DONE);
  }

  @Test
  void anEndWithoutDoneIsAGoodEnd() throws Exception {
    models.first.then(stream(ROLE, HELLO, STOP, USAGE));
    assertThat(models.stream(Caller.LISTENER).text()).isEqualTo(ROLE + HELLO + STOP);
    LlmRecord record = (LlmRecord) models.record().protocolFields();
    assertThat(record.truncated()).isFalse();
    assertThat(record.usage().total()).isEqualTo(11);
  }

  @Test
  void aConnectionThatBreaksAfterTheEndIsAGoodEnd() throws Exception {
    models.first.then(broken(ROLE, HELLO, STOP, USAGE, DONE));
    assertThat(models.stream(Caller.LISTENER).text()).isEqualTo(RELAYED);
    assertThat(((LlmRecord) models.record().protocolFields()).truncated()).isFalse();
  }

  @Test
  void theBytesMayBeCutAnywhere() throws Exception {
    String text = GOOD.replace("Hello", "H\u00e9llo \ud83c\udf0d");
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String expected = text.replace(USAGE, "");
    for (int cut = 1; cut < bytes.length; cut++) {
      int at = cut;
      models.first.then(call -> {
        call.stream();
        piece(call, bytes, 0, at);
        piece(call, bytes, at, bytes.length);
        call.end();
      });
      assertThat(models.stream(Caller.IN_PROCESS).text()).as("cut at %d", cut).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 13, 55, 144, 1000})
  void theBytesMayComeInPiecesOfAnySize(int size) throws Exception {
    byte[] bytes = (": hi\r\n\r\n" + GOOD).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    models.first.then(call -> {
      call.stream();
      for (int at = 0; at < bytes.length; at += size) {
        piece(call, bytes, at, Math.min(at + size, bytes.length));
      }
      call.end();
    });
    assertThat(models.stream(Caller.LISTENER).text()).isEqualTo(": hi\r\n\r\n" + RELAYED);
  }

  @Test
  void usageStaysForWhoAskedForIt() throws Exception {
    models.first.then(stream(GOOD));
    String asking = STREAMED.replace("true}", "true,\"stream_options\":{\"include_usage\":true}}");
    assertThat(Caller.LISTENER.post(models.gateway, CHAT, asking).text()).isEqualTo(GOOD);
    assertThat(models.first.calls.getFirst().body()).isEqualTo(asking);
  }

  private static void piece(Call call, byte[] bytes, int from, int to) throws IOException {
    call.raw(Integer.toHexString(to - from) + "\r\n");
    call.socket().getOutputStream().write(bytes, from, to - from);
    call.raw("\r\n");
  }
}
