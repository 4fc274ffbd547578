package dev.postern.core.json;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;

/**
 * A JSON string. A lone surrogate that came as an escape is kept and written as an escape again.
 *
 * @param text what the string says, without quotes and escapes
 */
public record JsonString(String text) implements Json {
  /** Refuses null. */
  public JsonString {
    requireNonNull(text, "text");
  }

  @Override
  public JsonKind kind() {
    return JsonKind.STRING;
  }

  /** Returns the JSON text, in quotes. */
  @Override
  public String toString() {
    return new String(toBytes(), StandardCharsets.UTF_8);
  }
}
