package dev.postern.policy.traffic;

import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.Place;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What both header modifiers do: add, then set, then remove. */
record HeaderChanges(Map<String, String> add, Map<String, String> set, List<String> remove) {
  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "connection");

  Headers applyTo(Headers headers) {
    Headers.Builder changed = headers.toBuilder();
    add.forEach(changed::add);
    set.forEach(changed::set);
    remove.forEach(changed::remove);
    return changed.build();
  }

  static Map<String, String> checkValues(String field, @Nullable Map<String, String> values) {
    if (values == null) {
      return Map.of();
    }
    values.forEach((name, value) -> {
      checkName(field, name);
      if (!HeaderRules.isValue(value)) {
        throw new IllegalArgumentException(
            field + "." + name + ": value with control characters (expected: none)");
      }
    });
    return Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  static List<String> checkNames(String field, @Nullable List<String> names) {
    if (names == null) {
      return List.of();
    }
    names.forEach(name -> checkName(field, name));
    return List.copyOf(names);
  }

  private static void checkName(String field, String name) {
    if (!HeaderRules.isToken(name)) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: the name of a header)");
    }
    if (FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: no header that frames messages)");
    }
  }

  /** Returns a copy of {@code values} with one more. */
  static Map<String, String> with(Map<String, String> values, String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put(name, value);
    return more;
  }

  static IllegalArgumentException misplaced(String kind, Place place, String expected) {
    return new IllegalArgumentException(
        kind
            + ": cannot run at a "
            + place.name().toLowerCase(Locale.ROOT)
            + " (expected: "
            + expected
            + ")");
  }
}
