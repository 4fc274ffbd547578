package dev.postern.examples.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuickstartTest {
  private Quickstart quickstart;
  private Gateway gateway;

  @BeforeEach
  void open() throws IOException {
    quickstart = Quickstart.open();
    gateway = Gateway.from(quickstart.config());
  }

  @AfterEach
  void close() {
    gateway.close();
    quickstart.close();
  }

  private String post(String path, String body) throws IOException {
    GatewayResponse response = gateway.handle(GatewayRequest.post(path, Body.of(body)).build());
    String text = new String(response.body().readAll(1 << 20), StandardCharsets.UTF_8);
    assertThat(response.status()).as(text).isEqualTo(200);
    return text;
  }

  @Test
  void answersTheSameEveryTime() throws Exception {
    String body =
        "{\"model\":\"quickstart\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    String answer = post("/v1/chat/completions", body);

    Json choice = Json.parse(answer).find("choices").orElseThrow().elements().get(0);
    assertThat(choice.string("message", "content")).hasValue("You said: Hi");
    assertThat(post("/v1/chat/completions", body)).isEqualTo(answer);
  }

  @Test
  void streamsWithUsageWhenAsked() throws Exception {
    String stream =
        post(
            "/v1/chat/completions",
            "{\"model\":\"quickstart\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"one two\"}]}");

    assertThat(stream)
        .contains("\"content\":\"said: \"")
        .contains("\"finish_reason\":\"stop\"")
        .contains("\"prompt_tokens\":2")
        .endsWith("data: [DONE]\n\n");
  }

  @Test
  void callsTheToolThatTheMessageNames() throws Exception {
    String answer =
        post(
            "/v1/chat/completions",
            "{\"model\":\"quickstart\",\"tools\":[{\"type\":\"function\",\"function\":{"
                + "\"name\":\"weather\"}}],\"messages\":[{\"role\":\"user\","
                + "\"content\":\"use weather\"}]}");

    Json choice = Json.parse(answer).find("choices").orElseThrow().elements().get(0);
    assertThat(choice.string("finish_reason")).hasValue("tool_calls");
    assertThat(answer).contains("\"name\":\"weather\"");
  }

  @Test
  void embedsAndListsItsModel() throws Exception {
    assertThat(post("/v1/embeddings", "{\"model\":\"quickstart\",\"input\":\"Hi\"}"))
        .contains("\"embedding\":[");
    GatewayResponse models = gateway.handle(GatewayRequest.get("/v1/models").build());
    assertThat(new String(models.body().readAll(10_000), StandardCharsets.UTF_8))
        .contains("\"id\":\"quickstart\"");
  }
}
