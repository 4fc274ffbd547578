package dev.postern.policy.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonException;
import dev.postern.core.json.JsonLimits;
import dev.postern.core.json.JsonNull;
import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import dev.postern.core.text.Secret;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Turns values into those the engine computes with, and back. */
final class Values {
  /** Deeper values come from attackers, not from programs. */
  static final JsonLimits JSON = JsonLimits.DEFAULT.withNesting(64).withUniqueNames(true);

  private Values() {}

  /** Returns the value as the engine computes with it; null becomes CEL's own null. */
  static Object toCel(@Nullable Object value) {
    return switch (value) {
      case null -> NullValue.NULL_VALUE;
      case Integer number -> number.longValue();
      case Float number -> number.doubleValue();
      case byte[] bytes -> CelByteString.of(bytes);
      case Secret secret -> secret.toString();
      case Json json -> json(json);
      case List<?> list -> {
        List<Object> converted = new ArrayList<>(list.size());
        list.forEach(element -> converted.add(toCel(element)));
        yield converted;
      }
      case Map<?, ?> map -> {
        Map<Object, Object> converted = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, element) -> converted.put(toCel(key), toCel(element)));
        yield LookupMap.of(converted);
      }
      default -> value;
    };
  }

  /**
   * Reads JSON text in UTF-8: whole numbers that fit become integers, all others doubles.
   *
   * @throws IllegalArgumentException if it is not JSON, or another reader could see something else
   *     in it
   */
  static Object parse(byte[] json) {
    if (json.length > 1 && isMarkOrUtf16(json[0], json[1])) {
      throw new IllegalArgumentException("not JSON in UTF-8");
    }
    Object value = json(Json.parse(json, JSON));
    if (mayHoldSurrogates(json) && !isText(value)) {
      throw new IllegalArgumentException("not JSON: half a character");
    }
    return value;
  }

  private static boolean isMarkOrUtf16(byte first, byte second) {
    int start = first & 0xff;
    return start == 0xef || start >= 0xfe || first == 0 || second == 0;
  }

  /** Returns whether an escape begins half of a character; the rest may follow. */
  private static boolean mayHoldSurrogates(byte[] json) {
    for (int i = 2; i < json.length; i++) {
      if (json[i - 2] == '\\' && json[i - 1] == 'u' && (json[i] | 0x20) == 'd') {
        return true;
      }
    }
    return false;
  }

  private static boolean isText(Object value) {
    return switch (value) {
      case String text -> StandardCharsets.UTF_8.newEncoder().canEncode(text);
      case List<?> list -> list.stream().allMatch(Values::isText);
      case Map<?, ?> map ->
          map.keySet().stream().allMatch(Values::isText)
              && map.values().stream().allMatch(Values::isText);
      default -> true;
    };
  }

  private static Object json(Json json) {
    return switch (json) {
      case JsonNull nothing -> NullValue.NULL_VALUE;
      case JsonBoolean bool -> bool.value();
      case JsonString string -> string.text();
      case JsonNumber number -> number(number);
      case JsonArray array -> {
        List<Object> list = new ArrayList<>(array.elements().size());
        array.elements().forEach(element -> list.add(json(element)));
        yield list;
      }
      case JsonObject object -> {
        Map<String, Object> map = LinkedHashMap.newLinkedHashMap(object.members().size());
        object.members().forEach((name, member) -> map.put(name, json(member)));
        yield LookupMap.of(map);
      }
    };
  }

  private static Object number(JsonNumber number) {
    String text = number.toString();
    if (text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0) {
      OptionalLong whole = number.integer();
      if (whole.isPresent()) {
        return whole.getAsLong();
      }
    }
    return number.toDouble();
  }

  /**
   * Returns a result as JSON.
   *
   * @throws IllegalArgumentException if JSON has no form of it
   */
  static Json toJson(Object value) {
    return switch (value) {
      case NullValue nothing -> Json.nothing();
      case Boolean bool -> Json.of(bool);
      case String string -> Json.of(string);
      case Long number -> Json.of(number);
      case UnsignedLong number -> Json.of(new BigDecimal(number.bigIntegerValue()));
      case Double number -> {
        boolean whole = number == Math.rint(number) && Math.abs(number) < 1e15;
        yield whole ? Json.of(number.longValue()) : Json.of(number);
      }
      case List<?> list -> {
        List<Json> elements = new ArrayList<>(list.size());
        list.forEach(element -> elements.add(toJson(element)));
        yield JsonArray.of(elements);
      }
      case Map<?, ?> map -> {
        Map<String, Json> members = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, member) -> members.put(text(key), toJson(member)));
        yield JsonObject.of(members);
      }
      case View view -> toJson(view.whole());
      case Optional<?> optional -> optional.isPresent() ? toJson(optional.get()) : Json.nothing();
      default -> Json.of(text(value));
    };
  }

  /** Returns a single value as it is written; lists and maps as JSON. */
  static String text(Object value) {
    return switch (value) {
      case String string -> string;
      case CelByteString bytes -> Base64.getEncoder().encodeToString(bytes.toByteArray());
      case Duration duration -> seconds(duration);
      case Instant instant -> instant.toString();
      case Boolean bool -> bool.toString();
      case IpValue ip -> ip.toString();
      case CidrValue cidr -> cidr.toString();
      case View view -> toJson(view).toString();
      case Double number when number.isNaN() || number.isInfinite() -> number.toString();
      case Long number -> number.toString();
      case UnsignedLong number -> number.toString();
      case Double number -> toJson(number).toString();
      case NullValue nothing -> "null";
      case List<?> list -> toJson(list).toString();
      case Map<?, ?> map -> toJson(map).toString();
      case Optional<?> optional -> optional.isPresent() ? text(optional.get()) : "null";
      default -> throw new IllegalArgumentException("a value that is not data");
    };
  }

  /** Returns the Go form that CEL writes durations in: seconds with a fraction. */
  private static String seconds(Duration duration) {
    BigDecimal seconds =
        BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
    return (seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString()) + "s";
  }

  /** Says what is wrong with JSON text, without showing any of it. */
  static String problem(JsonException e) {
    return "not JSON at offset " + e.offset();
  }
}
