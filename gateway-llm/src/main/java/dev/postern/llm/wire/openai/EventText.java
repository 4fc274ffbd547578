package dev.postern.llm.wire.openai;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Collects the events of a stream. */
final class EventText {
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private long sequenceNumber;

  /** Adds an event of data alone. */
  void data(Json data) {
    ascii("data: ");
    text.writeBytes(data.toBytes());
    ascii("\n\n");
  }

  /** Adds an event of a type, with the type and its number among the data. */
  void typed(String type, JsonObject.Builder data) {
    ascii("event: " + type + "\n");
    JsonObject.Builder numbered =
        JsonObject.builder().put("type", type).put("sequence_number", sequenceNumber++);
    data.build().members().forEach(numbered::put);
    data(numbered.build());
  }

  /** Adds the end of a stream of chat completions, and returns all. */
  byte[] done() {
    ascii("data: [DONE]\n\n");
    return toBytes();
  }

  byte[] toBytes() {
    return text.toByteArray();
  }

  private void ascii(String ascii) {
    text.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
  }
}
