package dev.postern.llm.usage;

import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonLimits;
import dev.postern.core.json.JsonScan;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads along in a buffered answer while its bytes are relayed, and tells the record about it at
 * the end.
 *
 * <p>Of an answer too large to keep only the end is, where usage usually stands. Not safe for
 * concurrent use.
 */
public final class AnswerWatch {
  private static final int MAX_KEPT = 1 << 20;
  private static final int TAIL = 64 * 1024;
  private static final Members USAGE = new Members("usage");

  private final LlmRecord record;
  private final Deque<ByteBuffer> pieces = new ArrayDeque<>(2);
  private long kept;
  private boolean cut;

  /** Starts watching. */
  public AnswerWatch(LlmRecord record) {
    this.record = record;
  }

  /** Takes the next piece, whose bytes must not change any more. */
  public void pass(ByteBuffer piece) {
    pieces.add(piece.duplicate());
    kept += piece.remaining();
    while (kept > MAX_KEPT && kept - pieces.element().remaining() >= TAIL) {
      kept -= pieces.remove().remaining();
      cut = true;
    }
  }

  /** Reads what was kept. An answer that is not JSON tells nothing. */
  public void end() {
    ByteBuffer all = join();
    if (all == null) {
      return;
    }
    byte[] bytes = all.array();
    int from = all.arrayOffset() + all.position();
    int to = from + all.remaining();
    try {
      if (cut) {
        readTail(bytes, from, to);
      } else {
        read(JsonScan.of(bytes, from, to - from, JsonLimits.DEFAULT));
      }
    } catch (JsonException e) {
      // Relayed all the same: what an answer says is between client and provider.
    }
  }

  private void read(JsonScan answer) {
    Usage usage = Usage.in(answer);
    if (usage != null) {
      record.usage(usage);
    }
    record.responseModel(
        answer
            .string("model")
            .or(() -> answer.string("message", "model"))
            .or(() -> answer.string("modelVersion"))
            .orElse(null));
    record.responseId(answer.string("id").orElse(null));
    record.finishReason(finishReason(answer));
    Completion completion = record.completion();
    if (completion != null) {
      completion.answer(answer);
    }
    if (record.readsServiceTier()) {
      record.serviceTier(
          answer
              .string("service_tier")
              .or(() -> answer.string("usage", "service_tier"))
              .orElse(null));
    }
  }

  private static @Nullable String finishReason(JsonScan answer) {
    JsonScan choices = answer.find("choices").orElse(null);
    if (choices != null) {
      List<JsonScan> elements = choices.elements();
      return elements.isEmpty() ? null : elements.get(0).string("finish_reason").orElse(null);
    }
    String status = answer.string("status").orElse(null);
    if ("completed".equals(status)) {
      return "stop";
    }
    if (!"incomplete".equals(status)) {
      return null;
    }
    return answer
        .string("incomplete_details", "reason")
        .map(reason -> reason.equals("content_filter") ? reason : "length")
        .orElse("length");
  }

  private void readTail(byte[] bytes, int from, int to) {
    int last = -1;
    for (int at = USAGE.something(bytes, from, to); at >= 0; at = USAGE.something(bytes, at, to)) {
      last = at;
    }
    if (last >= 0 && bytes[last] == '{') {
      int end = endOfObject(bytes, last, to);
      record.usage(Usage.of(JsonScan.of(bytes, last, end - last, JsonLimits.DEFAULT)));
    }
  }

  /** Counts braces; in a usage object no string holds any. */
  private static int endOfObject(byte[] bytes, int from, int to) {
    int depth = 0;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '{') {
        depth++;
      } else if (bytes[i] == '}' && --depth == 0) {
        return i + 1;
      }
    }
    return to;
  }

  private @Nullable ByteBuffer join() {
    if (pieces.size() == 1 && pieces.element().hasArray()) {
      return pieces.element();
    }
    if (pieces.isEmpty()) {
      return null;
    }
    ByteBuffer all = ByteBuffer.allocate((int) kept);
    pieces.forEach(all::put);
    return all.flip();
  }
}
