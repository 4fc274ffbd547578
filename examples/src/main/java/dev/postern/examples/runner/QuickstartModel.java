package dev.postern.examples.runner;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Speaks OpenAI's API and says the same every time: repeats the last message of the user, or calls
 * the first tool that the message names.
 */
final class QuickstartModel implements Handler {
  private static final int LIMIT = 1 << 20;
  private static final String ID = "chatcmpl-quickstart";

  @Override
  public GatewayResponse handle(Exchange exchange, GatewayRequest request) throws IOException {
    Json body;
    try {
      body = Json.parse(request.body().readAll(LIMIT));
    } catch (JsonException e) {
      return error(400, "the body is not JSON");
    }
    return switch (request.path()) {
      case "/v1/chat/completions" -> chat(body);
      case "/v1/embeddings" -> embedding(body);
      default -> error(404, "unknown path");
    };
  }

  private static GatewayResponse chat(Json body) {
    String prompt = lastMessage(body);
    String model = body.string("model").orElse("quickstart");
    String tool = toolNamedIn(body, prompt);
    String answer = "You said: " + prompt;
    int input = words(prompt);
    int output = tool.isEmpty() ? words(answer) : 1;
    if (body.bool("stream").orElse(false)) {
      boolean usage = body.bool("stream_options", "include_usage").orElse(false);
      return stream(model, answer, tool, usage ? usage(input, output) : "");
    }
    String message =
        tool.isEmpty()
            ? "{\"role\":\"assistant\",\"content\":" + quoted(answer) + "}"
            : "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + call(tool) + "]}";
    return GatewayResponse.json(
        200,
        "{\"id\":\""
            + ID
            + "\",\"object\":\"chat.completion\",\"created\":0,\"model\":"
            + quoted(model)
            + ",\"choices\":[{\"index\":0,\"message\":"
            + message
            + ",\"finish_reason\":\""
            + (tool.isEmpty() ? "stop" : "tool_calls")
            + "\"}],\"usage\":"
            + usage(input, output)
            + "}");
  }

  private static GatewayResponse stream(String model, String answer, String tool, String usage) {
    List<String> events = new ArrayList<>();
    events.add(chunk(model, "{\"role\":\"assistant\",\"content\":\"\"}", "null"));
    if (tool.isEmpty()) {
      for (String word : answer.split("(?<= )", -1)) {
        events.add(chunk(model, "{\"content\":" + quoted(word) + "}", "null"));
      }
    } else {
      events.add(
          chunk(model, "{\"tool_calls\":[{\"index\":0," + call(tool).substring(1) + "]}", "null"));
    }
    events.add(chunk(model, "{}", tool.isEmpty() ? "\"stop\"" : "\"tool_calls\""));
    if (!usage.isEmpty()) {
      events.add(head(model) + "\"choices\":[],\"usage\":" + usage + "}");
    }
    events.add("[DONE]");
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append("data: ").append(event).append("\n\n"));
    return GatewayResponse.of(
        200, Headers.of("content-type", "text/event-stream"), Body.of(text.toString()));
  }

  private static String chunk(String model, String delta, String finishReason) {
    return head(model)
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}]}";
  }

  private static String head(String model) {
    return "{\"id\":\""
        + ID
        + "\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":"
        + quoted(model)
        + ",";
  }

  private static String call(String tool) {
    return "{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":"
        + quoted(tool)
        + ",\"arguments\":\"{}\"}}";
  }

  private static GatewayResponse embedding(Json body) {
    String input = body.string("input").orElse("");
    int hash = input.hashCode();
    StringBuilder vector = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      String number = String.format(Locale.ROOT, "%.2f", (hash >>> (i * 4) & 15) / 15.0);
      vector.append(i == 0 ? "" : ",").append(number);
    }
    return GatewayResponse.json(
        200,
        "{\"object\":\"list\",\"model\":\"quickstart\",\"data\":[{\"object\":\"embedding\","
            + "\"index\":0,\"embedding\":["
            + vector
            + "]}],\"usage\":{\"prompt_tokens\":"
            + words(input)
            + ",\"total_tokens\":"
            + words(input)
            + "}}");
  }

  private static String lastMessage(Json body) {
    List<Json> messages = body.find("messages").map(Json::elements).orElse(List.of());
    return messages.isEmpty() ? "" : messages.get(messages.size() - 1).string("content").orElse("");
  }

  private static String toolNamedIn(Json body, String prompt) {
    for (Json tool : body.find("tools").map(Json::elements).orElse(List.of())) {
      String name = tool.string("function", "name").orElse("");
      if (!name.isEmpty() && prompt.contains(name)) {
        return name;
      }
    }
    return "";
  }

  private static String usage(int input, int output) {
    return "{\"prompt_tokens\":"
        + input
        + ",\"completion_tokens\":"
        + output
        + ",\"total_tokens\":"
        + (input + output)
        + "}";
  }

  private static int words(String text) {
    return text.isBlank() ? 0 : text.strip().split("\\s+", -1).length;
  }

  private static String quoted(String text) {
    return new String(Json.of(text).toBytes(), StandardCharsets.UTF_8);
  }

  private static GatewayResponse error(int status, String message) {
    return GatewayResponse.json(
        status,
        "{\"error\":{\"message\":\""
            + message
            + "\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}");
  }
}
