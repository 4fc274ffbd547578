package dev.postern.llm.wire.openai;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonLimits;
import dev.postern.llm.wire.LlmErrors;
import dev.postern.llm.wire.RouteType;

/** Makes the stream that a client asked for of the whole answer that a provider gave instead. */
public final class StreamedAnswer {
  private StreamedAnswer() {}

  /**
   * Returns the events that tell an answer.
   *
   * @param type chat completions or responses
   * @param usage whether the client wants to know the usage; responses always tell it
   * @throws dev.postern.core.exchange.GatewayException with status 502 if the answer is none
   */
  public static byte[] events(RouteType type, byte[] answer, boolean usage) {
    Json json;
    try {
      json = Json.parse(answer, JsonLimits.DEFAULT);
    } catch (JsonException e) {
      throw LlmErrors.invalidUpstreamResponse("The provider's answer is not JSON");
    }
    byte[] events =
        type == RouteType.RESPONSES ? ResponseEvents.of(json) : ChatChunks.of(json, usage);
    if (events == null) {
      throw LlmErrors.invalidUpstreamResponse(problem(json));
    }
    return events;
  }

  private static String problem(Json answer) {
    return answer
        .string("error", "message")
        .orElse("The provider answered a request for a stream with something else");
  }
}
