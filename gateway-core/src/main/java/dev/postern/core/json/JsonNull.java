package dev.postern.core.json;

/** The JSON value {@code null}. */
public enum JsonNull implements Json {
  /** The only one. */
  NULL;

  @Override
  public JsonKind kind() {
    return JsonKind.NULL;
  }

  @Override
  public String toString() {
    return "null";
  }
}
