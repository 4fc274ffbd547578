package dev.postern.core.json;

/**
 * A JSON truth value.
 *
 * @param value which of the two
 */
public record JsonBoolean(boolean value) implements Json {
  private static final JsonBoolean TRUE = new JsonBoolean(true);
  private static final JsonBoolean FALSE = new JsonBoolean(false);

  static JsonBoolean of(boolean value) {
    return value ? TRUE : FALSE;
  }

  @Override
  public JsonKind kind() {
    return JsonKind.BOOLEAN;
  }

  @Override
  public String toString() {
    return Boolean.toString(value);
  }
}
