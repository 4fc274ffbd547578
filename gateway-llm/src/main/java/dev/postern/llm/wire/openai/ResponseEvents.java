package dev.postern.llm.wire.openai;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonKind;
import dev.postern.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells a whole response as the stream it could have been: for providers that answer a request for
 * a stream with one object.
 */
final class ResponseEvents {
  private static final Set<String> ENDED = Set.of("completed", "incomplete", "failed");

  private final EventText events = new EventText();

  private ResponseEvents() {}

  /** Returns the events of a response, or null if it is none. */
  static byte @Nullable [] of(Json response) {
    boolean hasOutput = response.find("output").map(Json::kind).orElse(null) == JsonKind.ARRAY;
    boolean ended = ENDED.contains(response.string("status").orElse("completed"));
    return hasOutput && ended ? new ResponseEvents().events(response) : null;
  }

  private byte[] events(Json response) {
    JsonObject begun =
        JsonObject.of(response.members())
            .with("status", Json.of("in_progress"))
            .with("output", Json.array())
            .with("usage", Json.nothing());
    events.typed("response.created", JsonObject.builder().put("response", begun));
    events.typed("response.in_progress", JsonObject.builder().put("response", begun));
    List<Json> output = response.find("output").map(Json::elements).orElse(List.of());
    for (int i = 0; i < output.size(); i++) {
      item(output.get(i), i);
    }
    String status = response.string("status").orElse("completed");
    events.typed("response." + status, JsonObject.builder().put("response", response));
    return events.toBytes();
  }

  private void item(Json item, int index) {
    String type = item.string("type").orElse("");
    JsonObject begun = JsonObject.of(item.members()).with("status", Json.of("in_progress"));
    String parts =
        switch (type) {
          case "message" -> "content";
          case "reasoning" -> "summary";
          default -> "";
        };
    String text =
        switch (type) {
          case "function_call", "mcp_call" -> "arguments";
          case "custom_tool_call" -> "input";
          default -> "";
        };
    if (!parts.isEmpty()) {
      begun = begun.with(parts, Json.array());
    } else if (!text.isEmpty()) {
      begun = begun.with(text, Json.of(""));
    }
    events.typed("response.output_item.added", at(index).put("item", begun));
    Json id = item.find("id").orElse(Json.of(""));
    List<Json> all = item.find(parts).map(Json::elements).orElse(List.of());
    for (int i = 0; i < all.size(); i++) {
      part(all.get(i), parts, at(index).put("item_id", id).put(parts + "_index", i).build());
    }
    if (!text.isEmpty()) {
      String prefix = "response." + type + "_" + text;
      Json value = item.find(text).orElse(Json.of(""));
      told(prefix, at(index).put("item_id", id).build(), text, value);
    }
    events.typed("response.output_item.done", at(index).put("item", item));
  }

  private void part(Json part, String parts, JsonObject at) {
    String prefix = parts.equals("summary") ? "response.reasoning_summary" : "response.content";
    String type = part.string("type").orElse("");
    String member = type.equals("refusal") ? "refusal" : "text";
    JsonObject begun = JsonObject.of(part.members());
    if (begun.string(member).isPresent()) {
      begun = begun.with(member, Json.of(""));
    }
    events.typed(prefix + "_part.added", with(at).put("part", begun));
    Json value = part.find(member).orElse(null);
    if (value != null) {
      String told = parts.equals("summary") ? "reasoning_summary_text" : type;
      told("response." + told, at, member, value);
    }
    events.typed(prefix + "_part.done", with(at).put("part", part));
  }

  /** A text in one piece, and that it is at its end. */
  private void told(String prefix, JsonObject at, String member, Json value) {
    boolean isText = prefix.equals("response.output_text");
    JsonObject place = isText ? at.with("logprobs", Json.array()) : at;
    if (!value.string().orElse("").isEmpty()) {
      events.typed(prefix + ".delta", with(place).put("delta", value));
    }
    events.typed(prefix + ".done", with(place).put(member, value));
  }

  private static JsonObject.Builder at(int index) {
    return JsonObject.builder().put("output_index", index);
  }

  private static JsonObject.Builder with(JsonObject members) {
    JsonObject.Builder copy = JsonObject.builder();
    members.members().forEach(copy::put);
    return copy;
  }
}
