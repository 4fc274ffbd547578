package dev.postern.llm.select;

import dev.postern.core.http.HeaderRules;
import dev.postern.core.http.Headers;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes the headers of calls to a model or of its answers: adds lines, then sets, then removes.
 *
 * @param add lines to append
 * @param set lines that replace all of their name
 * @param remove names of lines to take out
 */
public record HeaderChanges(Map<String, String> add, Map<String, String> set, List<String> remove) {
  /** Changes nothing. */
  public static final HeaderChanges NONE = new HeaderChanges(null, null, null);

  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "connection", "host");

  /**
   * Checks the names and values; absent ones are none.
   *
   * @throws IllegalArgumentException if one is malformed, or frames messages
   */
  public HeaderChanges(
      @Nullable Map<String, String> add,
      @Nullable Map<String, String> set,
      @Nullable List<String> remove) {
    this.add = checked("add", add);
    this.set = checked("set", set);
    this.remove = remove == null ? List.of() : List.copyOf(remove);
    this.remove.forEach(name -> checkName("remove", name));
  }

  /** Returns the change that sets one line. */
  public static HeaderChanges set(String name, String value) {
    return new HeaderChanges(null, Map.of(name, value), null);
  }

  /** Returns these changes, and those of {@code general} that they say nothing about. */
  public HeaderChanges over(HeaderChanges general) {
    Map<String, String> allAdded = new LinkedHashMap<>(general.add);
    allAdded.putAll(add);
    Map<String, String> allSet = new LinkedHashMap<>(general.set);
    allSet.putAll(set);
    return new HeaderChanges(allAdded, allSet, remove.isEmpty() ? general.remove : remove);
  }

  /** Makes the changes. */
  public void applyTo(Headers.Builder headers) {
    add.forEach(headers::add);
    set.forEach(headers::set);
    remove.forEach(headers::remove);
  }

  private static Map<String, String> checked(String field, @Nullable Map<String, String> values) {
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

  private static void checkName(String field, String name) {
    if (!HeaderRules.isToken(name)) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: the name of a header)");
    }
    if (FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: no host, and no header that frames messages)");
    }
  }
}
