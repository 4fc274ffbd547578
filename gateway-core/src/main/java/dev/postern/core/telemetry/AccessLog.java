package dev.postern.core.telemetry;

import java.util.List;

/**
 * What the access log shows: one line for each request when it has ended.
 *
 * @param remove names of fields that are left out
 */
public record AccessLog(List<String> remove) {
  /** All fields. */
  public static final AccessLog DEFAULT = new AccessLog(List.of());

  /** The form of a line. */
  public enum Format {
    /** Time, level and name, then {@code name=value} pairs. */
    TEXT,
    /** One JSON object. */
    JSON
  }

  /** Copies the list. */
  public AccessLog {
    remove = List.copyOf(remove);
  }
}
