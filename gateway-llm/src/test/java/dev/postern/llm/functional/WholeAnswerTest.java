package dev.postern.llm.functional;

import static dev.postern.llm.functional.ScriptedModels.CHAT;
import static dev.postern.llm.functional.ScriptedModels.RESPONSES;
import static dev.postern.llm.functional.ScriptedModels.RESPONSE_STREAMED;
import static dev.postern.llm.functional.ScriptedModels.STREAMED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.json.Json;
import dev.postern.llm.functional.Caller.Answer;
import dev.postern.llm.usage.LlmRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers that answer a request for a stream with one object. */
class WholeAnswerTest {
  private static final String HEAD =
      "{\"object\":\"chat.completion.chunk\",\"id\":\"c1\",\"created\":1,\"model\":\"m-1\",";

  private ScriptedModels models;

  @BeforeEach
  void start() throws IOException {
    models = new ScriptedModels();
  }

  @AfterEach
  void stop() throws IOException {
    models.close();
  }

  private static String chunk(String delta, String finish) {
    return "data: "
        + HEAD
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]}\n\n";
  }

  @ParameterizedTest
  @EnumSource
  void becomeTheStreamThatWasAskedFor(Caller caller) throws Exception {
    Answer answer = models.stream(caller);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().get("content-type")).startsWith("text/event-stream");
    assertThat(answer.text())
        .isEqualTo(
            chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null")
                + chunk("{\"content\":\"Hello\"}", "null")
                + chunk("{}", "\"stop\"")
                + "data: [DONE]\n\n");
    LlmRecord record = (LlmRecord) models.record().protocolFields();
    assertThat(record.usage().total()).isEqualTo(11);
    assertThat(record.responseModel()).isEqualTo("m-1");
    assertThat(record.finishReason()).isEqualTo("stop");
    assertThat(record.timeToFirstToken()).isPositive();
  }

  @Test
  void tellTheirUsageToWhoAsksForIt() throws Exception {
    String asking = STREAMED.replace("true}", "true,\"stream_options\":{\"include_usage\":true}}");
    assertThat(Caller.IN_PROCESS.post(models.gateway, CHAT, asking).text())
        .endsWith(
            "data: "
                + HEAD
                + "\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                + "\"total_tokens\":11}}\n\ndata: [DONE]\n\n");
  }

  @Test
  void keepToolCallsAndWhatNobodyKnows() throws Exception {
    models.first.then(call ->
        call.json(
            200,
            "{\"id\":\"c1\",\"created\":1,\"model\":\"m-1\",\"citations\":[\"u\"],\"choices\":"
                + "[{\"message\":{\"role\":\"assistant\",\"content\":null,"
                + "\"reasoning_content\":\"Hm\",\"tool_calls\":[{\"id\":\"t1\","
                + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{1}\"}},"
                + "{\"id\":\"t2\",\"type\":\"function\",\"function\":{\"name\":\"g\","
                + "\"arguments\":\"\"}}]}}]}"));
    assertThat(models.stream(Caller.IN_PROCESS).text())
        .isEqualTo(
            chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null")
                + chunk("{\"reasoning_content\":\"Hm\"}", "null")
                + chunk(
                    "{\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}",
                    "null")
                + chunk(
                    "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{1}\"}}]}", "null")
                + chunk(
                    "{\"tool_calls\":[{\"index\":1,\"id\":\"t2\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}",
                    "null")
                + chunk(
                    "{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]}", "null")
                + chunk("{}", "\"tool_calls\"").replace("}]}\n", "}],\"citations\":[\"u\"]}\n")
                + "data: [DONE]\n\n");
  }

  @Test
  void becomeTheEventsOfAResponse() throws Exception {
    String response =
        "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m-1\","
            + "\"output\":[{\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":"
            + "[{\"type\":\"summary_text\",\"text\":\"Hm\"}]},{\"id\":\"msg_1\","
            + "\"type\":\"message\",\"role\":\"assistant\",\"status\":\"completed\",\"content\":"
            + "[{\"type\":\"output_text\",\"text\":\"Hello\",\"annotations\":[]}]},{\"id\":\"fc_1\","
            + "\"type\":\"function_call\",\"call_id\":\"t1\",\"name\":\"f\",\"arguments\":\"{}\","
            + "\"status\":\"completed\"}],\"usage\":{\"input_tokens\":5,\"output_tokens\":3,"
            + "\"total_tokens\":8}}";
    models.first.then(call -> call.json(200, response));
    String text = Caller.LISTENER.post(models.gateway, RESPONSES, RESPONSE_STREAMED).text();
    List<String> types = new ArrayList<>();
    long number = 0;
    Json last = Json.nothing();
    for (String event : text.strip().split("\n\n")) {
      String[] lines = event.split("\n");
      last = Json.parse(lines[1].substring("data: ".length()));
      assertThat(lines[0]).isEqualTo("event: " + last.string("type").orElseThrow());
      assertThat(last.integer("sequence_number")).hasValue(number++);
      types.add(lines[0].substring("event: response.".length()));
    }
    assertThat(types)
        .containsExactly(
            "created",
            "in_progress",
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "completed");
    assertThat(last.find("response")).contains(Json.parse(response));
    assertThat(text)
        .contains(
            "{\"type\":\"response.output_text.delta\",\"sequence_number\":10,\"output_index\":1,"
                + "\"item_id\":\"msg_1\",\"content_index\":0,\"logprobs\":[],\"delta\":\"Hello\"}");
    assertThat(((LlmRecord) models.record().protocolFields()).usage().total()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "\"x\"",
        "{\"choices\":[]}",
        "{\"choices\":[{}]}",
        "{\"error\":{\"message\":\"no\"}}",
        "{\"choices\":[{\"message\":{}}]",
        "data: x"
      })
  void thatAreNoneMoveOn(String body) throws Exception {
    models.first.then(call -> call.json(200, body));
    Answer answer = models.stream(Caller.IN_PROCESS);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().get("x-gateway-provider")).isEqualTo("second");
  }

  @Test
  void thatBreakOffMoveOn() throws Exception {
    models.first.then(call -> {
      call.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{");
      call.reset();
    });
    assertThat(models.stream(Caller.IN_PROCESS).headers().get("x-gateway-provider"))
        .isEqualTo("second");
  }

  @Test
  void ofEmbeddingsStayWhole() throws Exception {
    String vectors = "{\"object\":\"list\",\"data\":[]}";
    models.first.then(call -> call.json(200, vectors));
    String request = "{\"model\":\"m\",\"input\":\"x\",\"stream\":true}";
    Answer answer = Caller.IN_PROCESS.post(models.gateway, "/v1/embeddings", request);
    assertThat(answer.text()).isEqualTo(vectors);
  }
}
