package dev.postern.core.http;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The header lines of one message, in order, duplicates kept.
 *
 * <p>Names compare without regard to case and keep the spelling they came with. This one
 * representation travels from the listener to the upstream client. Immutable.
 */
public final class Headers {
  /** No header lines. */
  public static final Headers EMPTY = new Headers(new String[0]);

  private static final Set<String> SENSITIVE =
      Set.of(
          "authorization",
          "proxy-authorization",
          "cookie",
          "set-cookie",
          "x-api-key",
          "api-key",
          "x-goog-api-key",
          "x-amz-security-token");

  /** Names at even, values at odd places. */
  private final String[] lines;

  private Headers(String[] lines) {
    this.lines = lines;
  }

  /**
   * Returns headers of the given lines.
   *
   * @param namesAndValues names and values in turn
   * @throws IllegalArgumentException if a value is missing
   */
  public static Headers of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("namesAndValues: odd number of strings (expected: pairs)");
    }
    for (String part : namesAndValues) {
      requireNonNull(part, "namesAndValues");
    }
    return namesAndValues.length == 0 ? EMPTY : new Headers(namesAndValues.clone());
  }

  /** Returns a builder without lines. */
  public static Builder builder() {
    return new Builder(new String[16], 0);
  }

  /** Returns a builder that starts with these lines. */
  public Builder toBuilder() {
    return new Builder(Arrays.copyOf(lines, lines.length + 8), lines.length);
  }

  /** Returns the number of lines. */
  public int size() {
    return lines.length / 2;
  }

  /** Returns whether there is no line. */
  public boolean isEmpty() {
    return lines.length == 0;
  }

  /** Returns the name of line {@code index} as it was written. */
  public String name(int index) {
    return lines[index * 2];
  }

  /** Returns the value of line {@code index}. */
  public String value(int index) {
    return lines[index * 2 + 1];
  }

  /** Returns the value of the first line with this name, or null when there is none. */
  public @Nullable String get(String name) {
    for (int i = 0; i < lines.length; i += 2) {
      if (equalNames(lines[i], name)) {
        return lines[i + 1];
      }
    }
    return null;
  }

  /** Returns the values of all lines with this name, in order. */
  public List<String> all(String name) {
    List<String> values = null;
    for (int i = 0; i < lines.length; i += 2) {
      if (equalNames(lines[i], name)) {
        if (values == null) {
          values = new ArrayList<>(2);
        }
        values.add(lines[i + 1]);
      }
    }
    return values == null ? List.of() : Collections.unmodifiableList(values);
  }

  /** Returns whether a line with this name exists. */
  public boolean contains(String name) {
    return get(name) != null;
  }

  /** Returns how many lines have this name. */
  public int count(String name) {
    int count = 0;
    for (int i = 0; i < lines.length; i += 2) {
      if (equalNames(lines[i], name)) {
        count++;
      }
    }
    return count;
  }

  /** Returns the distinct names in lower case, in order of first appearance. */
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < lines.length; i += 2) {
      names.add(lines[i].toLowerCase(Locale.ROOT));
    }
    return names;
  }

  /** Hands every line to {@code action}, in order. */
  public void forEach(BiConsumer<String, String> action) {
    for (int i = 0; i < lines.length; i += 2) {
      action.accept(lines[i], lines[i + 1]);
    }
  }

  /** Returns these headers with all lines of {@code name} replaced by one. */
  public Headers with(String name, String value) {
    return toBuilder().set(name, value).build();
  }

  /** Returns these headers without the lines of {@code name}; the same object if there are none. */
  public Headers without(String name) {
    return contains(name) ? toBuilder().remove(name).build() : this;
  }

  /** Returns whether two header names are the same name. */
  public static boolean equalNames(String one, String other) {
    return one.length() == other.length() && one.equalsIgnoreCase(other);
  }

  /** Returns whether values of this header are secret and must not be shown. */
  public static boolean isSensitive(String name) {
    return SENSITIVE.contains(name.toLowerCase(Locale.ROOT));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Headers headers && Arrays.equals(lines, headers.lines);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lines);
  }

  /** Returns the lines for a reader; values of sensitive headers are redacted. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.length; i += 2) {
      text.append(i == 0 ? "" : ", ").append(lines[i]).append(": ");
      text.append(isSensitive(lines[i]) ? "<redacted>" : lines[i + 1]);
    }
    return text.toString();
  }

  /** Collects header lines. Not safe for concurrent use. */
  public static final class Builder {
    private String[] lines;
    private int length;

    private Builder(String[] lines, int length) {
      this.lines = lines;
      this.length = length;
    }

    /** Appends a line. */
    public Builder add(String name, String value) {
      requireNonNull(name, "name");
      requireNonNull(value, "value");
      if (length == lines.length) {
        lines = Arrays.copyOf(lines, Math.max(16, lines.length * 2));
      }
      lines[length++] = name;
      lines[length++] = value;
      return this;
    }

    /** Appends all lines of {@code headers}. */
    public Builder addAll(Headers headers) {
      for (int i = 0; i < headers.lines.length; i += 2) {
        add(headers.lines[i], headers.lines[i + 1]);
      }
      return this;
    }

    /** Puts the value into the first line of this name, or a new one, and removes further ones. */
    public Builder set(String name, String value) {
      requireNonNull(value, "value");
      for (int i = 0; i < length; i += 2) {
        if (equalNames(lines[i], name)) {
          lines[i + 1] = value;
          removeFrom(i + 2, name);
          return this;
        }
      }
      return add(name, value);
    }

    /** Removes all lines of this name. */
    public Builder remove(String name) {
      removeFrom(0, name);
      return this;
    }

    /** Removes the lines whose name fits. */
    public Builder removeIf(Predicate<String> name) {
      int kept = 0;
      for (int i = 0; i < length; i += 2) {
        if (!name.test(lines[i])) {
          lines[kept] = lines[i];
          lines[kept + 1] = lines[i + 1];
          kept += 2;
        }
      }
      length = kept;
      return this;
    }

    private void removeFrom(int start, String name) {
      int kept = start;
      for (int i = start; i < length; i += 2) {
        if (!equalNames(lines[i], name)) {
          lines[kept] = lines[i];
          lines[kept + 1] = lines[i + 1];
          kept += 2;
        }
      }
      length = kept;
    }

    /** Returns the headers collected so far. */
    public Headers build() {
      return length == 0 ? EMPTY : new Headers(Arrays.copyOf(lines, length));
    }
  }
}
