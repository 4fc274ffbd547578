package dev.postern.core.http;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes to the headers of a message: adds lines, then sets, then removes.
 *
 * <p>Neither the authority nor the framing of a message can be changed this way.
 *
 * @param add lines to append
 * @param set lines that replace all of their name
 * @param remove names of lines to take out
 */
public record HeaderChanges(Map<String, String> add, Map<String, String> set, List<String> remove) {
  /** Changes nothing. */
  public static final HeaderChanges NONE = new HeaderChanges(null, null, null);

  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "connection");

  /**
   * Checks the names and values; absent ones are none.
   *
   * @throws IllegalArgumentException if one is malformed, is {@code host} or frames messages
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

  /** Returns these changes, and another line to append. */
  public HeaderChanges andAdd(String name, String value) {
    return new HeaderChanges(with(add, name, value), set, remove);
  }

  /** Returns these changes, and another line to set. */
  public HeaderChanges andSet(String name, String value) {
    return new HeaderChanges(add, with(set, name, value), remove);
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

  /** Returns {@code headers} with the changes made. */
  public Headers applyTo(Headers headers) {
    Headers.Builder changed = headers.toBuilder();
    applyTo(changed);
    return changed.build();
  }

  /**
   * Checks the name of a header that a configuration sets, adds or removes.
   *
   * @param field where it is written, for the message
   * @throws IllegalArgumentException if it is malformed, is {@code host} or frames messages
   */
  public static void checkName(String field, String name) {
    if (!HeaderRules.isToken(name)) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: the name of a header)");
    }
    if (FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: no header that frames messages)");
    }
    if (Headers.equalNames(name, "host")) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: not the host, which is no header here)");
    }
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

  private static Map<String, String> with(Map<String, String> values, String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put(name, value);
    return more;
  }
}
