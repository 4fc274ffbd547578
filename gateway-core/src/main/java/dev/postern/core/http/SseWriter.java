package dev.postern.core.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes server-sent events as bytes. */
public final class SseWriter {
  private SseWriter() {}

  /** Returns the bytes of one event, blank line included. Line breaks in its data become LF. */
  public static byte[] bytes(ServerSentEvent event) {
    StringBuilder text = new StringBuilder(event.data().length() + 64);
    field(text, "event", event.event());
    field(text, "id", event.id());
    if (event.retry() != null) {
      field(text, "retry", event.retry().toString());
    }
    lines(text, "data: ", event.data());
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the bytes of a comment, which readers ignore: it keeps a connection alive. */
  public static byte[] comment(String comment) {
    StringBuilder text = new StringBuilder(comment.length() + 8);
    lines(text, ": ", comment);
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void field(StringBuilder text, String name, @Nullable String value) {
    if (value != null) {
      text.append(name).append(": ").append(value).append('\n');
    }
  }

  private static void lines(StringBuilder text, String prefix, String value) {
    int start = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\n' || c == '\r') {
        text.append(prefix).append(value, start, i).append('\n');
        if (c == '\r' && i + 1 < value.length() && value.charAt(i + 1) == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    text.append(prefix).append(value, start, value.length()).append('\n');
  }
}
