package dev.postern.llm.wire;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonKind;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the error body of a Google API how long it wants to be left alone: its headers do not
 * tell. See google.rpc.RetryInfo in https://google.aip.dev/193.
 */
public final class RetryInfo {
  private static final double LONGEST_SECONDS = 30 * 24 * 3600.0;

  private RetryInfo() {}

  /** Returns the time to wait, or null when the body does not tell one. */
  public static @Nullable Duration delay(byte[] body) {
    Json error;
    try {
      Json whole = Json.parse(body);
      // Streams answer with an error inside an array.
      error = whole.kind() == JsonKind.ARRAY ? first(whole.elements()) : whole;
    } catch (JsonException e) {
      return null;
    }
    List<Json> details = error.find("error", "details").map(Json::elements).orElse(List.of());
    for (Json detail : details) {
      if (detail.string("@type").orElse("").endsWith("google.rpc.RetryInfo")) {
        return seconds(detail.string("retryDelay").orElse(""));
      }
    }
    return null;
  }

  private static Json first(List<Json> elements) {
    return elements.isEmpty() ? Json.nothing() : elements.get(0);
  }

  /** A duration as protobuf writes it in JSON: seconds with a fraction, and an s. */
  private static @Nullable Duration seconds(String text) {
    boolean wellFormed =
        text.length() > 1
            && text.length() < 30
            && text.endsWith("s")
            && text.chars().limit(text.length() - 1L).allMatch(c -> c == '.' || isDigit(c));
    if (!wellFormed) {
      return null;
    }
    try {
      double seconds = Double.parseDouble(text.substring(0, text.length() - 1));
      return seconds > LONGEST_SECONDS ? null : Duration.ofMillis((long) Math.ceil(seconds * 1000));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
