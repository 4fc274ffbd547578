package dev.postern.llm.provider.compatible;

import static java.util.Objects.requireNonNull;

import dev.postern.llm.wire.RouteType;
import org.jspecify.annotations.Nullable;

/**
 * A format that a custom provider speaks.
 *
 * @param type which
 * @param path its path, or null for the usual one below the base
 */
public record Format(RouteType type, @Nullable String path) {
  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if the format is not supported yet, or the path does not start
   *     with a slash
   */
  public Format {
    requireNonNull(type, "type");
    if (!type.isEdited()) {
      throw new IllegalArgumentException(
          type.supported()
              ? "type: " + type + " (expected: completions, responses or embeddings)"
              : "type: " + type + " is not supported yet");
    }
    if (path != null && !path.startsWith("/")) {
      throw new IllegalArgumentException(
          "path: " + path + " (expected: a path that starts with /)");
    }
  }

  /** Returns a format at its usual path. */
  public static Format of(RouteType type) {
    return new Format(type, null);
  }
}
