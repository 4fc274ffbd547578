package dev.postern.core.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value of a configuration as it was written, with its place in the file.
 *
 * <p>Variables are substituted, types are those of YAML 1.2's core schema. Immutable.
 */
public final class ConfigNode {
  private final Kind kind;
  private final ConfigPath path;
  private final Location location;
  private final @Nullable Location keyLocation;
  private final Scalar scalar;
  private final Map<String, ConfigNode> fields;
  private final List<ConfigNode> items;

  /** What a node is. */
  public enum Kind {
    /** Nothing; counts as absent. */
    NULL,
    /** {@code true} or {@code false}. */
    BOOLEAN,
    /** A whole number. */
    INTEGER,
    /** A number with a fraction or an exponent. */
    FLOAT,
    /** A text. */
    STRING,
    /** A list. */
    LIST,
    /** Fields by name. */
    MAP;

    boolean scalar() {
      return this != LIST && this != MAP;
    }
  }

  /**
   * The text of a scalar.
   *
   * @param text with variables substituted
   * @param written as it stands in the file
   * @param broken whether a substitution failed, so that there is no value to look at
   */
  record Scalar(String text, String written, boolean broken) {
    static final Scalar NONE = new Scalar("", "", false);

    boolean substituted() {
      return !text.equals(written);
    }
  }

  private ConfigNode(
      Kind kind,
      ConfigPath path,
      Location location,
      @Nullable Location keyLocation,
      Scalar scalar,
      Map<String, ConfigNode> fields,
      List<ConfigNode> items) {
    this.kind = kind;
    this.path = path;
    this.location = location;
    this.keyLocation = keyLocation;
    this.scalar = scalar;
    this.fields = fields;
    this.items = items;
  }

  static ConfigNode scalar(
      Kind kind, ConfigPath path, Location at, @Nullable Location key, Scalar scalar) {
    return new ConfigNode(kind, path, at, key, scalar, Map.of(), List.of());
  }

  /** The map is handed over: the caller must not keep it. */
  static ConfigNode map(
      ConfigPath path, Location at, @Nullable Location key, Map<String, ConfigNode> fields) {
    return new ConfigNode(Kind.MAP, path, at, key, Scalar.NONE, fields, List.of());
  }

  /** The list is handed over: the caller must not keep it. */
  static ConfigNode list(
      ConfigPath path, Location at, @Nullable Location key, List<ConfigNode> items) {
    return new ConfigNode(Kind.LIST, path, at, key, Scalar.NONE, Map.of(), items);
  }

  /** Returns what the node is. */
  public Kind kind() {
    return kind;
  }

  /** Returns the path from the root of the document, as in {@code routes[2].policies.retry}. */
  public String path() {
    return path.toString();
  }

  /** Returns where the value stands. */
  public Location location() {
    return location;
  }

  /** Returns where the key stands that names the value; for list items, where the value stands. */
  public Location keyLocation() {
    return keyLocation == null ? location : keyLocation;
  }

  /** Returns the text of a scalar, with variables substituted; of anything else, nothing. */
  public String text() {
    return scalar.text();
  }

  /** Returns the field of that name, or null when it is absent or null. */
  public @Nullable ConfigNode get(String name) {
    ConfigNode field = fields.get(name);
    return field == null || field.kind == Kind.NULL ? null : field;
  }

  /** Returns whether a field of that name is written, be its value null. */
  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /** Returns the names of the fields, in the order of the file. */
  public Collection<String> names() {
    return fields.keySet();
  }

  /** Returns the items of a list. */
  public List<ConfigNode> items() {
    return items;
  }

  /** Returns the items of the list in the field of that name; none when it is absent. */
  List<ConfigNode> items(String name) {
    ConfigNode list = get(name);
    return list == null ? List.of() : list.items();
  }

  /** Returns this map without the field of that name. */
  ConfigNode without(String name) {
    Map<String, ConfigNode> rest = new LinkedHashMap<>(fields);
    rest.remove(name);
    return new ConfigNode(kind, path, location, keyLocation, scalar, rest, items);
  }

  Map<String, ConfigNode> fields() {
    return fields;
  }

  Scalar scalar() {
    return scalar;
  }

  ConfigPath configPath() {
    return path;
  }

  /** Returns the node as it may be shown in a message: what came out of a variable stays there. */
  String shown() {
    return switch (kind) {
      case MAP -> "an object";
      case LIST -> "a list";
      case NULL -> "nothing";
      default -> {
        String written = scalar.written();
        yield '"' + (written.length() > 80 ? written.substring(0, 80) + "…" : written) + '"';
      }
    };
  }

  @Override
  public String toString() {
    return path + " (" + location + ")";
  }
}
