package dev.postern.policy.authn;

import dev.postern.core.http.Cidr;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonLimits;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import dev.postern.core.text.Secret;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys in a JSON file: {@code {"keys": […]}}, or the list alone, each with the fields that a key
 * has in the configuration. No message holds what stands in the file.
 */
final class KeyFile {
  private static final JsonLimits LIMITS = JsonLimits.DEFAULT.withUniqueNames(true);
  private static final Set<String> FIELDS =
      Set.of(
          "key",
          "keyHash",
          "metadata",
          "allowedModels",
          "name",
          "expiresAt",
          "disabled",
          "ipRanges");

  private KeyFile() {}

  /**
   * @throws IllegalArgumentException if the text is no list of keys
   */
  static KeyTable read(String text) {
    Json document;
    try {
      document = Json.parse(text.getBytes(StandardCharsets.UTF_8), LIMITS);
    } catch (JsonException e) {
      throw new IllegalArgumentException("file: not JSON at character " + e.offset(), e);
    }
    Json list = document instanceof JsonObject object ? object.members().get("keys") : document;
    if (!(list instanceof JsonArray array) || array.elements().isEmpty()) {
      throw new IllegalArgumentException("file: no keys in it (expected: a list of keys)");
    }
    List<ApiKey.Key> keys = new ArrayList<>();
    for (Json element : array.elements()) {
      String path = "keys[" + keys.size() + "]";
      if (!(element instanceof JsonObject object)) {
        throw new IllegalArgumentException(path + ": no object (expected: a key)");
      }
      keys.add(key(path, object.members()));
    }
    return KeyTable.of(keys);
  }

  private static ApiKey.Key key(String path, Map<String, Json> fields) {
    if (!FIELDS.containsAll(fields.keySet())) {
      throw new IllegalArgumentException(
          path
              + ": unknown field (expected: "
              + String.join(", ", FIELDS.stream().sorted().toList())
              + ")");
    }
    try {
      String key = text(fields, "key");
      return new ApiKey.Key(
          key == null ? null : Secret.of(key),
          text(fields, "keyHash"),
          fields.get("metadata") == null ? Map.of() : object(fields.get("metadata")),
          fields.get("allowedModels") == null ? null : texts(fields, "allowedModels"),
          text(fields, "name"),
          time(text(fields, "expiresAt")),
          bool(fields, "disabled"),
          texts(fields, "ipRanges").stream().map(Cidr::parse).toList());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + "." + e.getMessage(), e);
    }
  }

  private static Map<String, Json> object(@Nullable Json value) {
    if (value instanceof JsonObject object) {
      return object.members();
    }
    throw new IllegalArgumentException("metadata: no object (expected: an object)");
  }

  private static @Nullable String text(Map<String, Json> fields, String name) {
    return switch (fields.get(name)) {
      case null -> null;
      case JsonString(String text) -> text;
      default -> throw new IllegalArgumentException(name + ": no text (expected: a text)");
    };
  }

  private static boolean bool(Map<String, Json> fields, String name) {
    return switch (fields.get(name)) {
      case null -> false;
      case JsonBoolean(boolean value) -> value;
      default -> throw new IllegalArgumentException(name + ": expected true or false");
    };
  }

  private static List<String> texts(Map<String, Json> fields, String name) {
    List<String> texts = new ArrayList<>();
    switch (fields.get(name)) {
      case null -> {}
      case JsonArray array -> {
        for (Json element : array.elements()) {
          if (!(element instanceof JsonString(String text))) {
            throw new IllegalArgumentException(name + ": expected a list of texts");
          }
          texts.add(text);
        }
      }
      default -> throw new IllegalArgumentException(name + ": expected a list of texts");
    }
    return texts;
  }

  private static @Nullable Instant time(@Nullable String text) {
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "expiresAt: no time (expected: a time as 2030-01-31T12:00:00Z)", e);
    }
  }
}
