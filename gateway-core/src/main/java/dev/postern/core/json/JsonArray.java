package dev.postern.core.json;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JSON array. */
public final class JsonArray implements Json {
  private final List<Json> elements;

  private JsonArray(List<Json> elements) {
    this.elements = elements;
  }

  /** Returns an array of the given elements. */
  public static JsonArray of(List<? extends Json> elements) {
    return new JsonArray(List.copyOf(elements));
  }

  /** Returns an array around a list that nobody else holds. */
  static JsonArray owning(List<Json> elements) {
    return new JsonArray(Collections.unmodifiableList(elements));
  }

  @Override
  public JsonKind kind() {
    return JsonKind.ARRAY;
  }

  @Override
  public List<Json> elements() {
    return elements;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonArray that && elements.equals(that.elements);
  }

  @Override
  public int hashCode() {
    return elements.hashCode();
  }

  /** Returns the JSON text. */
  @Override
  public String toString() {
    return new String(toBytes(), StandardCharsets.UTF_8);
  }
}
