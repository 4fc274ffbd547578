package dev.postern.core.http;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One server-sent event.
 *
 * @param event its type, or null for the default, {@code message}
 * @param data its content; lines are separated by line feeds
 * @param id the id it sets, or null if it sets none
 * @param retry the reconnection time it sets in milliseconds, or null if it sets none
 */
public record ServerSentEvent(
    @Nullable String event, String data, @Nullable String id, @Nullable Long retry) {
  /**
   * Checks that the event can be written.
   *
   * @throws IllegalArgumentException if type or id hold a line break, the id a NUL, or the retry is
   *     negative
   */
  public ServerSentEvent {
    requireNonNull(data, "data");
    checkOneLine("event", event);
    checkOneLine("id", id);
    if (id != null && id.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("id: holds a NUL");
    }
    if (retry != null && retry < 0) {
      throw new IllegalArgumentException("retry: " + retry + " (expected: 0 or more)");
    }
  }

  /** Returns an event of the default type. */
  public static ServerSentEvent of(String data) {
    return new ServerSentEvent(null, data, null, null);
  }

  /** Returns an event of a type. */
  public static ServerSentEvent of(String event, String data) {
    return new ServerSentEvent(event, data, null, null);
  }

  /** Returns this event with an id. */
  public ServerSentEvent withId(String id) {
    return new ServerSentEvent(event, data, requireNonNull(id, "id"), retry);
  }

  private static void checkOneLine(String name, @Nullable String value) {
    if (value != null && (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0)) {
      throw new IllegalArgumentException(name + ": holds a line break");
    }
  }
}
