package dev.postern.llm.usage;

import dev.postern.core.json.JsonKind;
import dev.postern.core.json.JsonScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request tells a model: its messages with their roles, in the formats that are known. */
public final class Prompt {
  private Prompt() {}

  /**
   * Returns the messages of a request, each with {@code role} and {@code content}: the texts of a
   * content of several parts, joined by line ends.
   */
  public static List<Map<String, Object>> of(JsonScan request) {
    List<Map<String, Object>> messages = new ArrayList<>();
    say(messages, "system", request.find("instructions").orElse(null));
    say(messages, "system", request.find("system").orElse(null));
    JsonScan list = request.find("messages").or(() -> request.find("input")).orElse(null);
    if (list == null) {
      return messages;
    }
    if (list.kind() == JsonKind.ARRAY) {
      for (JsonScan message : list.elements()) {
        if (message.kind() == JsonKind.OBJECT) {
          String role = message.string("role").orElse("user");
          say(messages, role, message.find("content").orElse(null));
        } else {
          say(messages, "user", message);
        }
      }
    } else {
      say(messages, "user", list);
    }
    return messages;
  }

  private static void say(
      List<Map<String, Object>> messages, String role, @Nullable JsonScan content) {
    if (content == null) {
      return;
    }
    StringBuilder text = new StringBuilder();
    if (content.kind() == JsonKind.ARRAY) {
      for (JsonScan part : content.elements()) {
        String said = part.kind() == JsonKind.OBJECT ? part.string("text").orElse("") : "";
        if (!said.isEmpty()) {
          text.append(text.isEmpty() ? "" : "\n").append(said);
        }
      }
    } else {
      content.string().ifPresent(text::append);
    }
    messages.add(Map.of("role", role, "content", text.toString()));
  }
}
