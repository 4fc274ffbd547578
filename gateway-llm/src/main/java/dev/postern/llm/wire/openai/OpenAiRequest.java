package dev.postern.llm.wire.openai;

import dev.postern.core.exchange.GatewayException;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonKind;
import dev.postern.core.json.JsonScan;
import dev.postern.llm.wire.LlmErrors;
import dev.postern.llm.wire.RouteType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request in one of OpenAI's formats: checked as far as the gateway has a say, not decoded.
 *
 * <p>What providers know better, as ranges of temperatures, is left to them.
 */
public final class OpenAiRequest {
  private static final int MAX_MODEL = 512;
  private static final int MAX_MESSAGES = 100_000;
  private static final int MAX_TOOLS = 2048;
  private static final int MAX_TOOL_NAME = 256;
  private static final int MAX_CHOICES = 128;

  private final RouteType type;
  private final byte[] body;
  private final JsonScan json;
  private final @Nullable String model;
  private final boolean streaming;

  private OpenAiRequest(RouteType type, byte[] body, JsonScan json) {
    this.type = type;
    this.body = body;
    this.json = json;
    this.model = checkedModel(json);
    this.streaming = checkedStream(json);
  }

  /**
   * Reads and checks a request.
   *
   * @throws GatewayException with status 400 if it is not what its format says
   */
  public static OpenAiRequest read(RouteType type, byte[] body) {
    JsonScan json;
    try {
      json = JsonScan.of(body);
    } catch (JsonException e) {
      throw LlmErrors.invalid(
          "invalid_request_body", "The request body is " + e.getMessage(), null);
    }
    OpenAiRequest request = new OpenAiRequest(type, body, json);
    request.check();
    return request;
  }

  /** Returns the kind of call. */
  public RouteType type() {
    return type;
  }

  /** Returns the body as it came, after decoding its content encoding; it must not be changed. */
  public byte[] body() {
    return body;
  }

  /** Returns where the members of the body lie. */
  public JsonScan json() {
    return json;
  }

  /** Returns the model that is asked for, or null if the request names none. */
  public @Nullable String model() {
    return model;
  }

  /** Returns whether a stream is asked for. */
  public boolean streaming() {
    return streaming;
  }

  /** Returns whether the client itself asks for the usage at the end of its stream. */
  public boolean asksForUsage() {
    return json.bool("stream_options", "include_usage").orElse(false);
  }

  private void check() {
    switch (type) {
      case COMPLETIONS -> {
        checkMessages();
        Set<String> tools = checkTools();
        checkToolChoice(tools);
        checkNumber("max_tokens");
        checkNumber("max_completion_tokens");
        checkChoices();
      }
      case RESPONSES -> {
        checkKind("tools", JsonKind.ARRAY, "an array");
        checkNumber("max_output_tokens");
      }
      case EMBEDDINGS -> {
        if (!has("input")) {
          throw LlmErrors.invalid("invalid_request", "input: missing", "input");
        }
      }
      default -> {}
    }
  }

  private void checkMessages() {
    JsonScan messages = json.find("messages").orElse(null);
    if (messages == null || messages.kind() == JsonKind.NULL) {
      throw LlmErrors.invalid("invalid_request", "messages: missing", "messages");
    }
    checkKind("messages", JsonKind.ARRAY, "an array");
    List<JsonScan> elements = messages.elements();
    if (elements.size() > MAX_MESSAGES) {
      throw LlmErrors.invalid(
          "invalid_request",
          "messages: " + elements.size() + " entries (expected: at most " + MAX_MESSAGES + ")",
          "messages");
    }
    for (int i = 0; i < elements.size(); i++) {
      checkMessage(elements.get(i), "messages[" + i + "]");
    }
  }

  private static void checkMessage(JsonScan message, String path) {
    if (message.kind() != JsonKind.OBJECT) {
      throw LlmErrors.invalid("invalid_request", path + ": not an object", path);
    }
    JsonScan role = message.find("role").orElse(null);
    if (role == null || role.kind() != JsonKind.STRING) {
      String problem = role == null ? ".role: missing" : ".role: not a string";
      throw LlmErrors.invalid("invalid_request", path + problem, path + ".role");
    }
    boolean isTool =
        role.end() - role.start() == 6 && message.string("role").orElse("").equals("tool");
    if (isTool && message.string("tool_call_id").isEmpty()) {
      throw LlmErrors.invalid(
          "invalid_request", path + ".tool_call_id: missing", path + ".tool_call_id");
    }
  }

  private Set<String> checkTools() {
    checkKind("tools", JsonKind.ARRAY, "an array");
    List<JsonScan> tools = json.find("tools").map(JsonScan::elements).orElse(List.of());
    if (tools.size() > MAX_TOOLS) {
      throw LlmErrors.invalid(
          "invalid_request",
          "tools: " + tools.size() + " entries (expected: at most " + MAX_TOOLS + ")",
          "tools");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < tools.size(); i++) {
      String name = toolName(tools.get(i));
      if (name != null && (name.isEmpty() || name.length() > MAX_TOOL_NAME)) {
        String param = "tools[" + i + "].function.name";
        throw LlmErrors.invalid(
            "invalid_request", param + ": not 1 to " + MAX_TOOL_NAME + " characters", param);
      }
      names.add(name == null ? "" : name);
    }
    return names;
  }

  private static @Nullable String toolName(JsonScan tool) {
    return tool.string("function", "name").or(() -> tool.string("custom", "name")).orElse(null);
  }

  private void checkToolChoice(Set<String> tools) {
    JsonScan choice = json.find("tool_choice").orElse(null);
    if (choice == null || choice.kind() != JsonKind.OBJECT) {
      return;
    }
    String name = toolName(choice);
    if (name != null && !tools.contains(name)) {
      throw LlmErrors.invalid(
          "invalid_request", "tool_choice: names a tool that is not in tools", "tool_choice");
    }
  }

  private void checkChoices() {
    JsonScan n = json.find("n").orElse(null);
    if (n == null || n.kind() == JsonKind.NULL) {
      return;
    }
    long value = json.integer("n").orElse(0);
    if (value < 1 || value > MAX_CHOICES) {
      throw LlmErrors.invalid(
          "invalid_request", "n: not a whole number from 1 to " + MAX_CHOICES, "n");
    }
  }

  private void checkNumber(String name) {
    checkKind(name, JsonKind.NUMBER, "a number");
  }

  private void checkKind(String name, JsonKind kind, String expected) {
    JsonScan value = json.find(name).orElse(null);
    if (value != null && value.kind() != kind && value.kind() != JsonKind.NULL) {
      throw LlmErrors.invalid("invalid_request", name + ": not " + expected, name);
    }
  }

  private boolean has(String name) {
    JsonScan value = json.find(name).orElse(null);
    return value != null && value.kind() != JsonKind.NULL;
  }

  private static @Nullable String checkedModel(JsonScan json) {
    JsonScan value = json.find("model").orElse(null);
    if (value == null || value.kind() == JsonKind.NULL) {
      return null;
    }
    if (value.kind() != JsonKind.STRING) {
      throw LlmErrors.invalid("invalid_model", "model: not a string", "model");
    }
    String model = json.string("model").orElse("");
    if (model.isEmpty() || model.length() > MAX_MODEL) {
      throw LlmErrors.invalid(
          "invalid_model", "model: not 1 to " + MAX_MODEL + " characters", "model");
    }
    for (int i = 0; i < model.length(); i++) {
      if (Character.isISOControl(model.charAt(i))) {
        throw LlmErrors.invalid("invalid_model", "model: holds a control character", "model");
      }
    }
    return model;
  }

  private static boolean checkedStream(JsonScan json) {
    JsonScan value = json.find("stream").orElse(null);
    if (value == null || value.kind() == JsonKind.NULL) {
      return false;
    }
    if (value.kind() != JsonKind.BOOLEAN) {
      throw LlmErrors.invalid("invalid_request", "stream: not true or false", "stream");
    }
    return json.bool("stream").orElse(false);
  }
}
