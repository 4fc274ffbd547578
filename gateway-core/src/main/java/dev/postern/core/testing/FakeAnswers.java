package dev.postern.core.testing;

import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answers of a {@link FakeModel}, in the format of OpenAI. */
final class FakeAnswers {
  private static final String ID = "chatcmpl-fake";
  private static final long CREATED = 1_700_000_000;

  private FakeAnswers() {}

  static GatewayResponse error(int status, String message) {
    Json error =
        JsonObject.builder()
            .put("message", message)
            .put("type", status >= 500 ? "server_error" : "invalid_request_error")
            .put("param", Json.nothing())
            .put("code", Json.nothing())
            .build();
    return GatewayResponse.json(status, Json.object("error", error).toBytes());
  }

  static GatewayResponse models() {
    Json model =
        JsonObject.builder()
            .put("id", FakeModel.MODEL)
            .put("object", "model")
            .put("created", CREATED)
            .put("owned_by", "postern")
            .build();
    return ok(JsonObject.builder().put("object", "list").put("data", Json.array(model)).build());
  }

  static GatewayResponse embeddings(Json question) {
    Json input = question.find("input").orElse(Json.nothing());
    List<Json> texts = input.elements().isEmpty() ? List.of(input) : input.elements();
    List<Json> data = new ArrayList<>();
    int words = 0;
    for (Json text : texts) {
      int length = words(text.string().orElse(""));
      words += length;
      data.add(
          JsonObject.builder()
              .put("object", "embedding")
              .put("index", data.size())
              .put("embedding", Json.array(Json.of(0.25), Json.of(0.5), Json.of(length + 0.5)))
              .build());
    }
    Json usage =
        JsonObject.builder().put("prompt_tokens", words).put("total_tokens", words).build();
    return ok(
        JsonObject.builder()
            .put("object", "list")
            .put("data", JsonArray.of(data))
            .put("model", model(question))
            .put("usage", usage)
            .build());
  }

  static GatewayResponse completion(Json question) {
    Optional<Json> call = toolCall(question);
    JsonObject.Builder message = JsonObject.builder().put("role", "assistant");
    if (call.isPresent()) {
      message.put("content", Json.nothing()).put("tool_calls", Json.array(call.get()));
    } else {
      message.put("content", text(question));
    }
    Json choice =
        JsonObject.builder()
            .put("index", 0)
            .put("message", message.put("refusal", Json.nothing()).build())
            .put("logprobs", Json.nothing())
            .put("finish_reason", call.isPresent() ? "tool_calls" : "stop")
            .build();
    return ok(
        head(question, "chat.completion")
            .put("choices", Json.array(choice))
            .put("usage", usage(question))
            .build());
  }

  /** Returns the data of the events, {@code [DONE]} included. */
  static List<String> chunks(Json question) {
    List<String> chunks = new ArrayList<>();
    Optional<Json> call = toolCall(question);
    if (call.isPresent()) {
      Json indexed = ((JsonObject) call.get()).with("index", Json.of(0));
      JsonObject.Builder delta = JsonObject.builder().put("role", "assistant");
      chunks.add(chunk(question, delta.put("tool_calls", Json.array(indexed)).build(), null));
    } else {
      for (String word : text(question).split("(?<= )", -1)) {
        JsonObject.Builder delta = JsonObject.builder();
        if (chunks.isEmpty()) {
          delta.put("role", "assistant");
        }
        chunks.add(chunk(question, delta.put("content", word).build(), null));
      }
    }
    chunks.add(chunk(question, JsonObject.EMPTY, call.isPresent() ? "tool_calls" : "stop"));
    if (question.bool("stream_options", "include_usage").orElse(false)) {
      chunks.add(
          head(question, "chat.completion.chunk")
              .put("choices", Json.array())
              .put("usage", usage(question))
              .build()
              .toString());
    }
    chunks.add("[DONE]");
    return chunks;
  }

  private static String chunk(Json question, Json delta, @Nullable String finishReason) {
    Json choice =
        JsonObject.builder()
            .put("index", 0)
            .put("delta", delta)
            .put("finish_reason", finishReason == null ? Json.nothing() : Json.of(finishReason))
            .build();
    return head(question, "chat.completion.chunk")
        .put("choices", Json.array(choice))
        .build()
        .toString();
  }

  private static JsonObject.Builder head(Json question, String object) {
    return JsonObject.builder()
        .put("id", ID)
        .put("object", object)
        .put("created", CREATED)
        .put("model", model(question));
  }

  private static Optional<Json> toolCall(Json question) {
    List<Json> tools = question.find("tools").orElse(Json.nothing()).elements();
    if (tools.isEmpty() || lastMessage(question).string("role").orElse("").equals("tool")) {
      return Optional.empty();
    }
    Json function =
        JsonObject.builder()
            .put("name", tools.get(0).string("function", "name").orElse(""))
            .put("arguments", "{}")
            .build();
    return Optional.of(
        JsonObject.builder()
            .put("id", "call_fake")
            .put("type", "function")
            .put("function", function)
            .build());
  }

  private static String model(Json question) {
    return question.string("model").orElse(FakeModel.MODEL);
  }

  private static String text(Json question) {
    return "You said: " + content(lastMessage(question));
  }

  private static Json lastMessage(Json question) {
    List<Json> messages = question.find("messages").orElse(Json.nothing()).elements();
    return messages.isEmpty() ? Json.nothing() : messages.get(messages.size() - 1);
  }

  private static String content(Json message) {
    StringBuilder text = new StringBuilder(message.string("content").orElse(""));
    for (Json part : message.find("content").orElse(Json.nothing()).elements()) {
      text.append(part.string("text").orElse(""));
    }
    return text.toString();
  }

  private static Json usage(Json question) {
    int prompt = 0;
    for (Json message : question.find("messages").orElse(Json.nothing()).elements()) {
      prompt += words(content(message));
    }
    int completion = toolCall(question).isPresent() ? 1 : words(text(question));
    return JsonObject.builder()
        .put("prompt_tokens", prompt)
        .put("completion_tokens", completion)
        .put("total_tokens", prompt + completion)
        .build();
  }

  private static int words(String text) {
    return text.isBlank() ? 0 : text.strip().split("\\s+", -1).length;
  }

  private static GatewayResponse ok(Json json) {
    return GatewayResponse.json(200, json.toBytes());
  }
}
