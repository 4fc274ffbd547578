package dev.postern.policy.cel;

import dev.postern.core.http.Headers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lines of a message's head, by name in any case. */
@SuppressWarnings("Immutable") // nobody writes the lines
final class HeaderView extends LookupMap {
  private final Headers headers;
  private final Form form;
  private final boolean redacted;

  /** What stands for the lines of one name. */
  enum Form {
    /** One line is a text, several are a list. */
    PLAIN,
    /** A list, always. */
    RAW,
    /** One text, joined by commas. */
    JOINED,
    /** The parts between commas. */
    SPLIT
  }

  HeaderView(Headers headers) {
    this(headers, Form.PLAIN, false);
  }

  private HeaderView(Headers headers, Form form, boolean redacted) {
    this.headers = headers;
    this.form = form;
    this.redacted = redacted;
  }

  HeaderView as(Form form) {
    return new HeaderView(headers, form, redacted);
  }

  HeaderView redacted() {
    return new HeaderView(headers, form, true);
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    if (!(key instanceof String name)) {
      return null;
    }
    if (redacted && Headers.isSensitive(name)) {
      return headers.contains(name) ? shaped(List.of("<redacted>")) : null;
    }
    String first = headers.get(name);
    if (first == null || (form == Form.PLAIN && headers.count(name) == 1)) {
      return first;
    }
    return shaped(headers.all(name));
  }

  private Object shaped(List<String> lines) {
    return switch (form) {
      case PLAIN -> lines.size() == 1 ? lines.getFirst() : lines;
      case RAW -> lines;
      case JOINED -> String.join(",", lines);
      case SPLIT ->
          lines.stream()
              .flatMap(line -> List.of(line.split(",", -1)).stream())
              .map(String::strip)
              .toList();
    };
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return key instanceof String name && headers.contains(name);
  }

  @Override
  public int size() {
    return headers.names().size();
  }

  @Override
  Map<String, Object> all() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (String name : headers.names()) {
      Object value = get(name);
      if (value != null) {
        all.put(name, value);
      }
    }
    return all;
  }

  /**
   * Returns the value of a cookie, or null when there is none.
   *
   * @throws IllegalArgumentException if it is there twice with different values, of which different
   *     servers take different ones
   */
  @Nullable String cookie(String name) {
    String found = null;
    for (String line : headers.all("cookie")) {
      for (String pair : line.split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
          String value = unquoted(pair.substring(equals + 1).strip());
          if (found != null && !found.equals(value)) {
            throw new IllegalArgumentException("two cookies of one name with different values");
          }
          found = value;
        }
      }
    }
    return found;
  }

  private static String unquoted(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }
}
