package dev.postern.policy.transform;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.HeaderRules;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is done to one side of an exchange, in the order of these fields.
 *
 * @param metadata values for later expressions, under {@code metadata} and their names; a later one
 *     sees the earlier ones
 * @param replace an expression for all headers: an object of texts or lists of texts
 * @param add expressions for header lines to append
 * @param set expressions for header lines that replace all of their name; also {@code :method},
 *     {@code :path}, {@code :authority} and {@code :scheme} of requests and {@code :status} of
 *     responses
 * @param remove names of lines to take out
 * @param headers header lines as texts with expressions in them
 * @param body an expression for the content
 * @param onError what happens to a header whose expression has no value; it is removed by default
 * @param onBodyError what happens when the expression for the content has no value; the exchange
 *     fails by default
 */
public record Transformation(
    Map<String, ExpressionText> metadata,
    @Nullable ExpressionText replace,
    Map<String, ExpressionText> add,
    Map<String, ExpressionText> set,
    List<String> remove,
    @Nullable HeaderTemplates headers,
    @Nullable ExpressionText body,
    OnError onError,
    OnBodyError onBodyError) {
  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "connection");

  /** Checks the names; absent parts are none. */
  public Transformation {
    metadata = copy(metadata);
    add = copy(add);
    set = copy(set);
    remove = remove == null ? List.of() : List.copyOf(remove);
    onError = onError == null ? OnError.REMOVE : onError;
    onBodyError = onBodyError == null ? OnBodyError.FAIL : onBodyError;
    checkNames("remove", remove);
    metadata
        .keySet()
        .forEach(name -> {
          if (name.isEmpty()) {
            throw new IllegalArgumentException("metadata: \"\" (expected: a name)");
          }
        });
  }

  /** What happens to a header whose expression has no value. */
  public enum OnError {
    /** All its lines are removed. */
    REMOVE,
    /** Its lines stay as they were. */
    KEEP,
    /** The exchange fails: 500 on the way of the request, 502 on that of the response. */
    FAIL
  }

  /** What happens when the expression for the content has no value. */
  public enum OnBodyError {
    /** The exchange fails: 500 on the way of the request, 502 on that of the response. */
    FAIL,
    /** The content goes on as it was. */
    KEEP,
    /** The content is empty. */
    EMPTY
  }

  /**
   * Header lines as texts with expressions in double braces; four braces stand for two.
   *
   * @param add lines to append
   * @param set lines that replace all of their name
   * @param remove names of lines to take out
   */
  public record HeaderTemplates(List<Line> add, List<Line> set, List<String> remove) {
    /** Absent parts are none. */
    public HeaderTemplates {
      add = add == null ? List.of() : List.copyOf(add);
      set = set == null ? List.of() : List.copyOf(set);
      remove = remove == null ? List.of() : List.copyOf(remove);
      checkNames("remove", remove);
    }

    /**
     * A header line.
     *
     * @param name the name
     * @param value the text
     */
    public record Line(String name, String value) {
      /** Checks the text. */
      public Line {
        requireNonNull(name, "name");
        requireNonNull(value, "value");
        Template.parse(value);
      }
    }
  }

  void check(String side, Set<String> pseudo) {
    checkSettable(side + ".add", add.keySet(), pseudo);
    checkSettable(side + ".set", set.keySet(), pseudo);
    if (headers != null) {
      headers
          .add()
          .forEach(line -> checkSettable(side + ".headers.add", List.of(line.name()), pseudo));
      headers
          .set()
          .forEach(line -> checkSettable(side + ".headers.set", List.of(line.name()), pseudo));
    }
  }

  private static void checkSettable(String field, Collection<String> names, Set<String> pseudo) {
    for (String name : names) {
      if (!pseudo.contains(name)) {
        checkName(field, name);
      }
    }
  }

  private static void checkNames(String field, Collection<String> names) {
    names.forEach(name -> checkName(field, name));
  }

  private static void checkName(String field, String name) {
    if (!HeaderRules.isToken(name)) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: the name of a header)");
    }
    if (isFraming(name)) {
      throw new IllegalArgumentException(
          field + ": \"" + name + "\" (expected: no header that frames messages)");
    }
  }

  static boolean isFraming(String name) {
    return FRAMING.contains(name.toLowerCase(Locale.ROOT));
  }

  private static <V> Map<String, V> copy(@Nullable Map<String, V> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Returns a builder of a transformation that does nothing yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the parts of a transformation. Not safe for concurrent use. */
  public static final class Builder {
    private final Map<String, ExpressionText> metadata = new LinkedHashMap<>();
    private final Map<String, ExpressionText> add = new LinkedHashMap<>();
    private final Map<String, ExpressionText> set = new LinkedHashMap<>();
    private List<String> remove = List.of();
    private @Nullable ExpressionText replace;
    private @Nullable HeaderTemplates headers;
    private @Nullable ExpressionText body;
    private OnError onError = OnError.REMOVE;
    private OnBodyError onBodyError = OnBodyError.FAIL;

    private Builder() {}

    /** Adds a value for later expressions. */
    public Builder metadata(String name, String expression) {
      metadata.put(name, ExpressionText.parse(expression));
      return this;
    }

    /** Sets the expression for all headers. */
    public Builder replace(String expression) {
      this.replace = ExpressionText.parse(expression);
      return this;
    }

    /** Adds a header line to append. */
    public Builder add(String name, String expression) {
      add.put(name, ExpressionText.parse(expression));
      return this;
    }

    /** Adds a header line that replaces all of its name. */
    public Builder set(String name, String expression) {
      set.put(name, ExpressionText.parse(expression));
      return this;
    }

    /** Sets the names of lines to take out. */
    public Builder remove(String... names) {
      this.remove = List.of(names);
      return this;
    }

    /** Sets header lines as texts with expressions in them. */
    public Builder headers(HeaderTemplates headers) {
      this.headers = requireNonNull(headers, "headers");
      return this;
    }

    /** Sets the expression for the content. */
    public Builder body(String expression) {
      this.body = ExpressionText.parse(expression);
      return this;
    }

    /** Sets what happens to a header whose expression has no value. */
    public Builder onError(OnError onError) {
      this.onError = requireNonNull(onError, "onError");
      return this;
    }

    /** Sets what happens when the expression for the content has no value. */
    public Builder onBodyError(OnBodyError onBodyError) {
      this.onBodyError = requireNonNull(onBodyError, "onBodyError");
      return this;
    }

    /** Returns the transformation. */
    public Transformation build() {
      return new Transformation(
          metadata, replace, add, set, remove, headers, body, onError, onBodyError);
    }
  }
}
