package dev.postern.core.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value as a small immutable tree.
 *
 * <p>Members keep their order and numbers the spelling they came with. Two values are equal when
 * they have equal content; the order of members does not count, the spelling of a number does.
 * Bodies that are only passed on never become a tree: see {@link JsonScan}.
 */
public sealed interface Json
    permits JsonNull, JsonBoolean, JsonNumber, JsonString, JsonArray, JsonObject {

  /**
   * Reads a document within {@link JsonLimits#DEFAULT}.
   *
   * @throws JsonException if it is not one JSON value
   */
  static Json parse(byte[] json) {
    return parse(json, JsonLimits.DEFAULT);
  }

  /**
   * Reads a document.
   *
   * @throws JsonException if it is not one JSON value within the limits
   */
  static Json parse(byte[] json, JsonLimits limits) {
    return new JsonReader(json, 0, json.length, limits).treeDocument();
  }

  /** Reads a document from a text. */
  static Json parse(String json) {
    return parse(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns {@code null}. */
  static Json nothing() {
    return JsonNull.NULL;
  }

  /** Returns a truth value. */
  static JsonBoolean of(boolean value) {
    return JsonBoolean.of(value);
  }

  /** Returns a whole number. */
  static JsonNumber of(long value) {
    return JsonNumber.checked(Long.toString(value));
  }

  /**
   * Returns a number in Java's shortest spelling.
   *
   * @throws IllegalArgumentException if it is infinite or not a number
   */
  static JsonNumber of(double value) {
    return new JsonNumber(Double.toString(value));
  }

  /** Returns a number. */
  static JsonNumber of(BigDecimal value) {
    return JsonNumber.checked(value.toString());
  }

  /** Returns a text. */
  static JsonString of(String text) {
    return new JsonString(text);
  }

  /** Returns an array. */
  static JsonArray array(Json... elements) {
    return JsonArray.of(Arrays.asList(elements));
  }

  /** Returns an object with one member; {@link JsonObject#with} adds more. */
  static JsonObject object(String name, Json value) {
    return JsonObject.of(Map.of(name, value));
  }

  /** What the value is. */
  JsonKind kind();

  /** The members of an object; for anything else none. */
  default Map<String, Json> members() {
    return Map.of();
  }

  /** The elements of an array; for anything else none. */
  default List<Json> elements() {
    return List.of();
  }

  /** Returns the value at the end of a path of member names; without names this one. */
  default Optional<Json> find(String... path) {
    @Nullable Json value = this;
    for (String name : path) {
      value = value == null ? null : value.members().get(name);
    }
    return Optional.ofNullable(value);
  }

  /** Returns the text at the path; empty if there is none or it is not a string. */
  default Optional<String> string(String... path) {
    return find(path).orElse(JsonNull.NULL) instanceof JsonString string
        ? Optional.of(string.text())
        : Optional.empty();
  }

  /** Returns the truth value at the path; empty if there is none or it is something else. */
  default Optional<Boolean> bool(String... path) {
    return find(path).orElse(JsonNull.NULL) instanceof JsonBoolean bool
        ? Optional.of(bool.value())
        : Optional.empty();
  }

  /** Returns the number at the path; empty if there is none or it is something else. */
  default Optional<JsonNumber> number(String... path) {
    return find(path).orElse(JsonNull.NULL) instanceof JsonNumber number
        ? Optional.of(number)
        : Optional.empty();
  }

  /** Returns the number at the path if it is a whole one that fits, however it is spelt. */
  default OptionalLong integer(String... path) {
    return find(path).orElse(JsonNull.NULL) instanceof JsonNumber number
        ? number.integer()
        : OptionalLong.empty();
  }

  /** Returns the JSON text in UTF-8, without white space. */
  default byte[] toBytes() {
    return JsonWriter.write(this);
  }
}
