package dev.postern.core.config;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonNull;
import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes as JSON values, for the fields that hold any. */
final class JsonNodes {
  private JsonNodes() {}

  static Json json(ConfigNode node) {
    return switch (node.kind()) {
      case NULL -> Json.nothing();
      case BOOLEAN -> Json.of(node.text().toLowerCase(Locale.ROOT).equals("true"));
      case INTEGER, FLOAT -> number(node.text());
      case STRING -> Json.of(node.text());
      case LIST -> JsonArray.of(node.items().stream().map(JsonNodes::json).toList());
      case MAP -> {
        Map<String, Json> members = new LinkedHashMap<>();
        node.fields().forEach((name, value) -> members.put(name, json(value)));
        yield JsonObject.of(members);
      }
    };
  }

  /** Returns the number in its own spelling where JSON has it, too. */
  private static Json number(String text) {
    try {
      return new JsonNumber(text);
    } catch (IllegalArgumentException e) {
      Object value = Scalars.number(text);
      return value == null ? Json.of(text) : new JsonNumber(value.toString());
    }
  }

  /** Returns the value as maps, lists and scalars. */
  static @Nullable Object plain(Json json) {
    return switch (json) {
      case JsonNull none -> null;
      case JsonBoolean bool -> bool.value();
      case JsonNumber number ->
          number.integer().isPresent()
              ? (Object) number.integer().getAsLong()
              : number.toBigDecimal();
      case JsonString text -> Substitution.escape(text.text());
      case JsonArray array -> {
        List<@Nullable Object> items = new ArrayList<>();
        array.elements().forEach(item -> items.add(plain(item)));
        yield items;
      }
      case JsonObject object -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        object.members().forEach((k, v) -> fields.put(Substitution.escape(k), plain(v)));
        yield fields;
      }
    };
  }
}
