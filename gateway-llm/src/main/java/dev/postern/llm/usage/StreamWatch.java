package dev.postern.llm.usage;

import dev.postern.core.http.SseFrame;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonKind;
import dev.postern.core.json.JsonLimits;
import dev.postern.core.json.JsonScan;
import dev.postern.core.json.JsonSplice;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads along in a stream of one of OpenAI's formats while its bytes are relayed.
 *
 * <p>Nearly all events pass after a few searches for bytes; JSON is read of the first event, for
 * the model, and of those that tell usage. Not safe for concurrent use.
 */
public final class StreamWatch {
  /** The formats of streams. */
  public enum Format {
    /** Chat Completions. */
    COMPLETIONS,
    /** Responses. */
    RESPONSES,
    /** Whatever comes; only usage and model are looked for. */
    ANY
  }

  private static final Members USAGE = new Members("usage");
  private static final Members USAGE_METADATA = new Members("usageMetadata");
  private static final Members FINISH_REASON = new Members("finish_reason");
  private static final Members TYPE = new Members("type");
  private static final Members ERROR = new Members("error");
  private static final Members[] CONTENT = {
    new Members("content"),
    new Members("tool_calls"),
    new Members("reasoning_content"),
    new Members("reasoning"),
    new Members("refusal"),
    new Members("function_call"),
    new Members("audio")
  };
  private static final int MAX_KEPT_RESPONSE = 256 * 1024;

  private final Format format;
  private final LlmRecord record;
  private final boolean dropUsage;
  private final SseFrame frame = new SseFrame();
  private boolean first = true;
  private boolean content;
  private boolean complete;
  private boolean failed;
  private @Nullable ByteBuffer lastEvents;
  private byte @Nullable [] response;

  /**
   * Starts watching.
   *
   * @param dropUsage whether the chunk that holds nothing but the usage is taken out, because the
   *     client did not ask for it
   */
  public StreamWatch(Format format, LlmRecord record, boolean dropUsage) {
    this.format = format;
    this.record = record;
    this.dropUsage = dropUsage;
  }

  /** Returns whether content came, the model stopped, or the stream said that it is at its end. */
  public boolean hasContent() {
    return content;
  }

  /** Returns whether the stream told its end: nothing that follows is missed. */
  public boolean isComplete() {
    return complete;
  }

  /** Returns whether the provider told an error in place of the rest. */
  public boolean isFailed() {
    return failed;
  }

  /** Returns what the provider said was wrong, or null. */
  public @Nullable String errorMessage() {
    String message = null;
    if (failed && lastEvents != null) {
      frame.over(lastEvents);
      while (frame.next()) {
        JsonScan json = json();
        if (json != null) {
          message =
              json.string("error", "message")
                  .or(() -> json.string("response", "error", "message"))
                  .or(() -> json.string("message"))
                  .orElse(message);
        }
      }
    }
    return message;
  }

  /**
   * Takes whole events.
   *
   * @return what to relay of them: usually the same bytes
   */
  public ByteBuffer pass(ByteBuffer events, long now) {
    byte[] bytes = events.array();
    int from = events.arrayOffset() + events.position();
    int to = from + events.remaining();
    // A view of its own: whoever writes the events out moves on in the one they are handed in.
    lastEvents = events.duplicate();
    if (first) {
      frame.over(events);
      while (first && frame.next()) {
        readFirst();
      }
    }
    boolean terminal = false;
    switch (format) {
      case COMPLETIONS -> terminal = watchCompletions(bytes, from, to);
      case RESPONSES -> content |= isResponseContent(bytes, from, to);
      case ANY -> content = true;
    }
    if (content && !terminal) {
      record.content(now);
    }
    if (record.completion() != null || record.readsServiceTier()) {
      readAll(events);
    }
    return tellsUsage(bytes, from, to) ? readUsage(events) : events;
  }

  /** Takes what came after the last whole event; returns whether it is worth relaying. */
  public boolean passRest(ByteBuffer rest) {
    frame.over(rest);
    if (!frame.next()) {
      return false;
    }
    if (frame.isData("[DONE]")) {
      complete = true;
      return true;
    }
    JsonScan json = json();
    if (json == null) {
      return false;
    }
    pass(rest, 0);
    return true;
  }

  /** Notes that the stream ended; tells by its last event what no search found. */
  public void end() {
    if (format == Format.ANY) {
      complete = true;
    } else if (!complete && lastEvents != null) {
      frame.over(lastEvents);
      while (frame.next()) {
        JsonScan json = json();
        if (json != null && format == Format.RESPONSES) {
          readTerminal(json);
        } else if (json != null) {
          failed |= json.find("error").map(error -> error.kind() == JsonKind.OBJECT).orElse(false);
        }
      }
    }
  }

  /** Returns the event that tells the client that the stream broke off. */
  public byte[] errorEvent(String code, String message) {
    return switch (format) {
      case RESPONSES -> responseFailed(code, message);
      case COMPLETIONS, ANY -> {
        Json error =
            Json.object("message", Json.of(message))
                .with("type", Json.of("server_error"))
                .with("param", Json.nothing())
                .with("code", Json.of(code));
        yield sse("", Json.object("error", error).toBytes());
      }
    };
  }

  private boolean watchCompletions(byte[] bytes, int from, int to) {
    boolean finished = false;
    int finish = FINISH_REASON.something(bytes, from, to);
    if (finish >= 0) {
      record.finishReason(text(bytes, finish, to));
      finished = true;
    }
    if (!content) {
      for (Members member : CONTENT) {
        content |= member.something(bytes, from, to) >= 0;
      }
    }
    boolean done = endsWithDone(bytes, from, to);
    if (finished || done) {
      content = true;
      complete = true;
    } else if (!complete && !failed && startsWithError(bytes, from, to)) {
      failed = true;
    }
    return done && to - from < 20;
  }

  /** An event whose data is an object with {@code error} as its first member. */
  private static boolean startsWithError(byte[] bytes, int from, int to) {
    int value = ERROR.value(bytes, from, Math.min(to, from + 64));
    return value >= 0 && bytes[value] == '{';
  }

  private static boolean endsWithDone(byte[] bytes, int from, int to) {
    int end = to;
    while (end > from && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
      end--;
    }
    return end - from >= 6
        && bytes[end - 1] == ']'
        && bytes[end - 2] == 'E'
        && bytes[end - 3] == 'N'
        && bytes[end - 4] == 'O'
        && bytes[end - 5] == 'D'
        && bytes[end - 6] == '[';
  }

  /** Text, arguments and reasoning come as deltas; an item that was added may be a tool call. */
  private static boolean isResponseContent(byte[] bytes, int from, int to) {
    for (int at = TYPE.value(bytes, from, to); at >= 0; at = TYPE.value(bytes, at, to)) {
      String type = text(bytes, at, to);
      if (type != null
          && (type.endsWith(".delta")
              || type.endsWith("_call")
              || type.equals("response.completed")
              || type.equals("response.incomplete"))) {
        return true;
      }
    }
    return false;
  }

  private boolean tellsUsage(byte[] bytes, int from, int to) {
    int at = USAGE.value(bytes, from, to);
    // Full responses hold a usage, if only null, and tell how the stream ends.
    if (at >= 0 && (format == Format.RESPONSES || USAGE.something(bytes, from, to) >= 0)) {
      return true;
    }
    return format == Format.ANY && USAGE_METADATA.something(bytes, from, to) >= 0;
  }

  /** Reads every event, for those who ask what only the events themselves tell. */
  private void readAll(ByteBuffer events) {
    Completion completion = record.completion();
    frame.over(events);
    while (frame.next()) {
      JsonScan json = json();
      if (json == null) {
        continue;
      }
      if (completion != null) {
        completion.event(json);
      }
      if (record.readsServiceTier()) {
        record.serviceTier(
            json.string("service_tier")
                .or(() -> json.string("response", "service_tier"))
                .or(() -> json.string("message", "usage", "service_tier"))
                .orElse(null));
      }
    }
  }

  private void readFirst() {
    JsonScan json = json();
    if (json == null) {
      return;
    }
    first = false;
    JsonScan inner = json.find("response").or(() -> json.find("message")).orElse(json);
    record.responseModel(inner.string("model").or(() -> json.string("modelVersion")).orElse(null));
    record.responseId(inner.string("id").orElse(null));
    if (format == Format.RESPONSES
        && inner != json
        && inner.end() - inner.start() <= MAX_KEPT_RESPONSE) {
      response = inner.toBytes();
    }
  }

  private ByteBuffer readUsage(ByteBuffer events) {
    frame.over(events);
    ByteArrayOutputStream kept = null;
    int copied = events.arrayOffset() + events.position();
    while (frame.next()) {
      JsonScan json = json();
      if (json == null) {
        continue;
      }
      Usage usage = Usage.in(json);
      if (usage != null) {
        record.usage(usage);
      }
      if (format == Format.RESPONSES) {
        readTerminal(json);
      } else if (dropUsage && usage != null && isOnlyUsage(json)) {
        kept = kept == null ? new ByteArrayOutputStream() : kept;
        kept.write(frame.bytes(), copied, frame.start() - copied);
        copied = frame.end();
      }
    }
    if (kept == null) {
      return events;
    }
    int to = events.arrayOffset() + events.limit();
    kept.write(frame.bytes(), copied, to - copied);
    return ByteBuffer.wrap(kept.toByteArray());
  }

  private static boolean isOnlyUsage(JsonScan json) {
    JsonScan choices = json.find("choices").orElse(null);
    return choices != null && choices.elements().isEmpty();
  }

  private void readTerminal(JsonScan json) {
    String type = json.string("type").orElse("");
    switch (type) {
      case "response.completed" -> {
        record.finishReason("stop");
        complete = true;
      }
      case "response.incomplete" -> {
        String reason = json.string("response", "incomplete_details", "reason").orElse("");
        record.finishReason(reason.equals("content_filter") ? "content_filter" : "length");
        complete = true;
      }
      case "response.failed", "error" -> {
        failed = true;
      }
      default -> {}
    }
  }

  private byte[] responseFailed(String code, String message) {
    long sequence = nextSequenceNumber();
    byte[] soFar = response;
    if (soFar == null) {
      Json error =
          Json.object("type", Json.of("error"))
              .with("code", Json.of(code))
              .with("message", Json.of(message))
              .with("param", Json.nothing())
              .with("sequence_number", Json.of(sequence));
      return sse("event: error\n", error.toBytes());
    }
    Json error = Json.object("code", Json.of("server_error")).with("message", Json.of(message));
    Json failed =
        Json.parse(
            JsonSplice.of(JsonScan.of(soFar))
                .set("status", Json.of("failed"))
                .set("error", error)
                .toBytes());
    Json event =
        Json.object("type", Json.of("response.failed"))
            .with("sequence_number", Json.of(sequence))
            .with("response", failed);
    return sse("event: response.failed\n", event.toBytes());
  }

  private long nextSequenceNumber() {
    long last = -1;
    if (lastEvents != null) {
      frame.over(lastEvents);
      while (frame.next()) {
        JsonScan json = json();
        last = json == null ? last : json.integer("sequence_number").orElse(last);
      }
    }
    return last + 1;
  }

  private @Nullable JsonScan json() {
    try {
      return JsonScan.of(
          frame.data(), frame.dataStart(), frame.dataEnd() - frame.dataStart(), JsonLimits.DEFAULT);
    } catch (JsonException e) {
      return null;
    }
  }

  private static byte[] sse(String eventLine, byte[] data) {
    ByteArrayOutputStream event = new ByteArrayOutputStream(data.length + 64);
    event.writeBytes((eventLine + "data: ").getBytes(StandardCharsets.US_ASCII));
    event.writeBytes(data);
    event.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
    return event.toByteArray();
  }

  /** Returns the string that begins at a quote, if it has no escapes. */
  private static @Nullable String text(byte[] bytes, int at, int to) {
    if (bytes[at] != '"') {
      return null;
    }
    int end = at + 1;
    while (end < to && bytes[end] != '"') {
      if (bytes[end] == '\\') {
        return null;
      }
      end++;
    }
    return new String(bytes, at + 1, end - at - 1, StandardCharsets.UTF_8);
  }
}
