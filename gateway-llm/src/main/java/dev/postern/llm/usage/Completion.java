package dev.postern.llm.usage;

import dev.postern.core.json.JsonKind;
import dev.postern.core.json.JsonScan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a model said, collected from an answer or from the events of a stream while they pass: its
 * texts, one for each choice, and the tools it called.
 *
 * <p>Knows the formats of OpenAI and Anthropic by their looks. Not more than 256 Ki characters are
 * kept. Not safe for concurrent use.
 */
public final class Completion {
  private static final int LIMIT = 256 * 1024;

  private final SortedMap<Integer, StringBuilder> texts = new TreeMap<>();
  private final SortedMap<Integer, Call> calls = new TreeMap<>();
  private int room = LIMIT;

  /** A tool that is called, as far as it was told. */
  private final class Call {
    private String id = "";
    private String name = "";
    private final StringBuilder arguments = new StringBuilder();

    void named(@Nullable String id, @Nullable String name) {
      this.id = id == null ? this.id : taken(id);
      this.name = name == null ? this.name : taken(name);
    }

    Map<String, Object> toMap() {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("id", id);
      fields.put("name", name);
      fields.put("arguments", arguments.toString());
      return fields;
    }
  }

  /** Returns the text of each choice; none if nothing was said. */
  public List<String> texts() {
    return texts.values().stream().map(StringBuilder::toString).toList();
  }

  /** Returns the tools that are called: {@code id}, {@code name} and {@code arguments} as text. */
  public List<Map<String, Object>> toolCalls() {
    return calls.values().stream().map(Call::toMap).toList();
  }

  /** Takes a whole answer. */
  void answer(JsonScan answer) {
    choices(answer, "message");
    output(answer);
    content(answer);
  }

  /** Takes an event of a stream. */
  void event(JsonScan event) {
    String type = event.string("type").orElse("");
    switch (type) {
      case "" -> choices(event, "delta");
      case "response.output_text.delta" -> said(0, event.string("delta").orElse(null));
      case "response.output_item.added" ->
          event.find("item").ifPresent(item -> item(item, index(event, "output_index")));
      case "response.function_call_arguments.delta" ->
          argued(index(event, "output_index"), event.string("delta").orElse(null));
      case "content_block_start" ->
          event.find("content_block").ifPresent(block -> block(block, index(event, "index")));
      case "content_block_delta" -> {
        said(0, event.string("delta", "text").orElse(null));
        argued(index(event, "index"), event.string("delta", "partial_json").orElse(null));
      }
      default -> {}
    }
  }

  /** Chat Completions. */
  private void choices(JsonScan json, String part) {
    for (JsonScan choice : elements(json, "choices")) {
      JsonScan message = choice.find(part).orElse(null);
      if (message == null) {
        continue;
      }
      said(index(choice, "index"), message.string("content").orElse(null));
      List<JsonScan> called = elements(message, "tool_calls");
      for (int i = 0; i < called.size(); i++) {
        JsonScan call = called.get(i);
        int at = (int) call.integer("index").orElse(i);
        call(at)
            .named(call.string("id").orElse(null), call.string("function", "name").orElse(null));
        argued(at, call.string("function", "arguments").orElse(null));
      }
    }
  }

  /** Responses. */
  private void output(JsonScan answer) {
    List<JsonScan> items = elements(answer, "output");
    for (int i = 0; i < items.size(); i++) {
      item(items.get(i), i);
      for (JsonScan part : elements(items.get(i), "content")) {
        said(0, part.string("text").orElse(null));
      }
    }
  }

  private void item(JsonScan item, int index) {
    if (item.string("type").orElse("").equals("function_call")) {
      call(index)
          .named(
              item.string("call_id").or(() -> item.string("id")).orElse(null),
              item.string("name").orElse(null));
      argued(index, item.string("arguments").orElse(null));
    }
  }

  /** Messages. */
  private void content(JsonScan answer) {
    List<JsonScan> blocks = elements(answer, "content");
    for (int i = 0; i < blocks.size(); i++) {
      block(blocks.get(i), i);
    }
  }

  private void block(JsonScan block, int index) {
    switch (block.string("type").orElse("")) {
      case "text" -> said(0, block.string("text").orElse(null));
      case "tool_use" -> {
        call(index).named(block.string("id").orElse(null), block.string("name").orElse(null));
        JsonScan input = block.find("input").orElse(null);
        if (input != null && !input.members().isEmpty()) {
          argued(index, input.toString());
        }
      }
      default -> {}
    }
  }

  private void said(int choice, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      texts.computeIfAbsent(choice, index -> new StringBuilder()).append(taken(text));
    }
  }

  private void argued(int call, @Nullable String arguments) {
    if (arguments != null && !arguments.isEmpty()) {
      call(call).arguments.append(taken(arguments));
    }
  }

  private Call call(int index) {
    return calls.computeIfAbsent(index, at -> new Call());
  }

  /** Returns as much of a text as there is room for. */
  private String taken(String text) {
    String part = text.length() <= room ? text : text.substring(0, room);
    room -= part.length();
    return part;
  }

  private static int index(JsonScan json, String name) {
    return (int) json.integer(name).orElse(0);
  }

  private static List<JsonScan> elements(JsonScan json, String name) {
    JsonScan list = json.find(name).orElse(null);
    return list != null && list.kind() == JsonKind.ARRAY ? list.elements() : new ArrayList<>();
  }
}
