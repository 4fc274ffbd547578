package dev.postern.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.json.Json;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FakeModelTest {
  private static final String QUESTION =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"good day\"}]";
  private static final String TOOLS =
      ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}]";

  private final HttpClient client = HttpClient.newHttpClient();
  private FakeModel model;

  @BeforeEach
  void start() throws Exception {
    model = FakeModel.start();
  }

  @AfterEach
  void stop() {
    model.close();
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path, String body) {
    return HttpRequest.newBuilder(URI.create(model.url() + path))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  @Test
  void answersWithTheLastMessageAndCountsWords() throws Exception {
    Json answer = Json.parse(post("/v1/chat/completions", QUESTION + "}").body());

    Json choice = answer.find("choices").orElseThrow().elements().get(0);
    assertThat(choice.string("message", "content")).contains("You said: good day");
    assertThat(answer.integer("usage", "prompt_tokens")).hasValue(2);
    assertThat(answer.integer("usage", "completion_tokens")).hasValue(4);
  }

  @Test
  void streamsWordsAndUsageWhenAskedFor() throws Exception {
    String rest = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";

    List<String> events =
        post("/v1/chat/completions", QUESTION + rest)
            .body()
            .lines()
            .filter(l -> !l.isEmpty())
            .toList();

    assertThat(events).hasSize(7).last().isEqualTo("data: [DONE]");
    assertThat(events.get(5)).contains("\"total_tokens\":6");
  }

  @Test
  void callsTheFirstTool() throws Exception {
    String buffered = post("/v1/chat/completions", QUESTION + TOOLS + "}").body();
    String streamed = post("/v1/chat/completions", QUESTION + TOOLS + ",\"stream\":true}").body();

    assertThat(buffered).contains("\"name\":\"weather\"", "\"finish_reason\":\"tool_calls\"");
    assertThat(streamed).contains("\"name\":\"weather\"", "\"finish_reason\":\"tool_calls\"");
  }

  @Test
  void embedsEachInput() throws Exception {
    Json answer = Json.parse(post("/v1/embeddings", "{\"input\":[\"a\",\"b c\"]}").body());

    assertThat(answer.find("data").orElseThrow().elements()).hasSize(2);
    assertThat(answer.integer("usage", "total_tokens")).hasValue(3);
  }

  @Test
  void failsAsOftenAsToldAndRemembersRequests() throws Exception {
    model.failNext(503);

    assertThat(post("/v1/chat/completions", QUESTION + "}").statusCode()).isEqualTo(503);
    assertThat(post("/v1/models", "").body()).contains(FakeModel.MODEL);
    assertThat(model.requests())
        .extracting(FakeModel.Request::target)
        .containsExactly("/v1/chat/completions", "/v1/models");
    assertThat(model.requests().get(0).json().string("model")).contains("m");
  }

  @Test
  void tellsWhenAStalledAnswerIsGivenUp() throws Exception {
    model.stallNextStream();
    HttpRequest request = request("/v1/chat/completions", QUESTION + ",\"stream\":true}");

    try (InputStream answer =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body()) {
      assertThat(answer.read()).isEqualTo('d');
    }

    assertThat(model.awaitAbandoned(Duration.ofSeconds(10))).isTrue();
  }
}
