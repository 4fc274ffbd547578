package dev.postern.llm.wire.openai;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonKind;
import dev.postern.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells a whole chat completion as the stream it could have been: for providers that answer a
 * request for a stream with one object.
 */
final class ChatChunks {
  /** Members that every chunk repeats; others than these and the choices stand in the last. */
  private static final List<String> COMMON =
      List.of("id", "created", "model", "system_fingerprint", "service_tier");

  private static final Set<String> TOLD = Set.of("object", "choices", "usage");

  private final EventText events = new EventText();
  private final Json answer;
  private final Json common;

  private ChatChunks(Json answer) {
    this.answer = answer;
    JsonObject.Builder common = JsonObject.builder();
    common.put("object", "chat.completion.chunk");
    for (String name : COMMON) {
      answer.find(name).ifPresent(value -> common.put(name, value));
    }
    this.common = common.build();
  }

  /**
   * Returns the events of a completion, or null if it is none.
   *
   * @param usage whether the client wants to know the usage
   */
  static byte @Nullable [] of(Json answer, boolean usage) {
    List<Json> choices = answer.find("choices").map(Json::elements).orElse(List.of());
    if (choices.stream().noneMatch(choice -> choice.find("message").isPresent())) {
      return null;
    }
    return new ChatChunks(answer).events(choices, usage);
  }

  private byte[] events(List<Json> choices, boolean usage) {
    for (int i = 0; i < choices.size(); i++) {
      choice(choices.get(i), i);
    }
    Json told = answer.find("usage").orElse(Json.nothing());
    if (usage && told.kind() == JsonKind.OBJECT) {
      events.data(chunk(Json.array()).put("usage", told).build());
    }
    return events.done();
  }

  private void choice(Json choice, int position) {
    Json index = choice.find("index").orElse(Json.of(position));
    Json message = choice.find("message").orElse(JsonObject.EMPTY);
    delta(
        index, Json.object("role", Json.of("assistant")).with("content", Json.of("")), null, null);
    message
        .members()
        .forEach((name, value) -> {
          if (!name.equals("role") && !name.equals("tool_calls") && isSomething(value)) {
            Json logprobs = name.equals("content") ? choice.find("logprobs").orElse(null) : null;
            delta(index, Json.object(name, value), logprobs, null);
          }
        });
    List<Json> calls = message.find("tool_calls").map(Json::elements).orElse(List.of());
    for (int i = 0; i < calls.size(); i++) {
      toolCall(index, calls.get(i), i);
    }
    Json finish = choice.find("finish_reason").orElse(Json.nothing());
    if (finish.kind() != JsonKind.STRING) {
      finish = Json.of(calls.isEmpty() ? "stop" : "tool_calls");
    }
    delta(index, JsonObject.EMPTY, null, finish);
  }

  private void toolCall(Json index, Json call, int number) {
    JsonObject.Builder start = JsonObject.builder().put("index", number);
    Json function = call.find("function").orElse(null);
    if (function == null) {
      call.members().forEach(start::put);
      delta(index, calls(start.build()), null, null);
      return;
    }
    call.members()
        .forEach((name, value) -> {
          if (!name.equals("function") && !name.equals("index")) {
            start.put(name, value);
          }
        });
    JsonObject named = JsonObject.of(function.members()).with("arguments", Json.of(""));
    delta(index, calls(start.put("function", named).build()), null, null);
    Json arguments = function.find("arguments").orElse(Json.of("{}"));
    Json whole = isSomething(arguments) ? arguments : Json.of("{}");
    JsonObject rest =
        JsonObject.builder()
            .put("index", number)
            .put("function", Json.object("arguments", whole))
            .build();
    delta(index, calls(rest), null, null);
  }

  private static Json calls(Json call) {
    return Json.object("tool_calls", Json.array(call));
  }

  private void delta(Json index, Json delta, @Nullable Json logprobs, @Nullable Json finish) {
    JsonObject.Builder choice = JsonObject.builder().put("index", index).put("delta", delta);
    if (logprobs != null) {
      choice.put("logprobs", logprobs);
    }
    choice.put("finish_reason", finish == null ? Json.nothing() : finish);
    JsonObject.Builder chunk = chunk(Json.array(choice.build()));
    if (finish != null) {
      for (Map.Entry<String, Json> member : answer.members().entrySet()) {
        if (!TOLD.contains(member.getKey()) && !COMMON.contains(member.getKey())) {
          chunk.put(member.getKey(), member.getValue());
        }
      }
    }
    events.data(chunk.build());
  }

  private JsonObject.Builder chunk(JsonArray choices) {
    JsonObject.Builder chunk = JsonObject.builder();
    common.members().forEach(chunk::put);
    return chunk.put("choices", choices);
  }

  private static boolean isSomething(Json value) {
    return switch (value.kind()) {
      case NULL -> false;
      case STRING -> !value.string().orElse("").isEmpty();
      case ARRAY -> !value.elements().isEmpty();
      default -> true;
    };
  }
}
