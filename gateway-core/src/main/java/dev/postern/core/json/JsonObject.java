package dev.postern.core.json;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object. Its members keep their order; where a document has a name more than once, the last
 * value counts, at the place of the first.
 */
public final class JsonObject implements Json {
  /** The object without members. */
  public static final JsonObject EMPTY = new JsonObject(Map.of());

  private final Map<String, Json> members;

  private JsonObject(Map<String, Json> members) {
    this.members = members;
  }

  /** Returns an object of the given members, in the map's order. */
  public static JsonObject of(Map<String, ? extends Json> members) {
    LinkedHashMap<String, Json> copy = new LinkedHashMap<>();
    members.forEach(
        (name, value) -> copy.put(requireNonNull(name, "name"), requireNonNull(value, "value")));
    return owning(copy);
  }

  /** Returns an object around a map that nobody else holds. */
  static JsonObject owning(Map<String, Json> members) {
    return new JsonObject(Collections.unmodifiableMap(members));
  }

  /** Returns a builder to which members are added in order. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns this object with the member set, at its place if it is there, else at the end. */
  public JsonObject with(String name, Json value) {
    LinkedHashMap<String, Json> copy = new LinkedHashMap<>(members);
    copy.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
    return owning(copy);
  }

  /** Returns this object without the member. */
  public JsonObject without(String name) {
    LinkedHashMap<String, Json> copy = new LinkedHashMap<>(members);
    copy.remove(name);
    return owning(copy);
  }

  @Override
  public JsonKind kind() {
    return JsonKind.OBJECT;
  }

  @Override
  public Map<String, Json> members() {
    return members;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonObject that && members.equals(that.members);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }

  /** Returns the JSON text. */
  @Override
  public String toString() {
    return new String(toBytes(), StandardCharsets.UTF_8);
  }

  /** Collects the members of an object. */
  public static final class Builder {
    private final LinkedHashMap<String, Json> members = new LinkedHashMap<>();

    private Builder() {}

    /** Sets a member. */
    public Builder put(String name, Json value) {
      members.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
      return this;
    }

    /** Sets a member to a text. */
    public Builder put(String name, String text) {
      return put(name, new JsonString(text));
    }

    /** Sets a member to a whole number. */
    public Builder put(String name, long value) {
      return put(name, Json.of(value));
    }

    /** Sets a member to a truth value. */
    public Builder put(String name, boolean value) {
      return put(name, Json.of(value));
    }

    /** Returns the object; the builder may go on. */
    public JsonObject build() {
      return of(members);
    }
  }
}
