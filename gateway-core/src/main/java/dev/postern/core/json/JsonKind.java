package dev.postern.core.json;

/** What a JSON value is. */
public enum JsonKind {
  /** Members with names. */
  OBJECT,
  /** Elements in order. */
  ARRAY,
  /** A text. */
  STRING,
  /** A number of any size. */
  NUMBER,
  /** {@code true} or {@code false}. */
  BOOLEAN,
  /** {@code null}. */
  NULL;

  static JsonKind startingWith(byte first) {
    return switch (first) {
      case '{' -> OBJECT;
      case '[' -> ARRAY;
      case '"' -> STRING;
      case 't', 'f' -> BOOLEAN;
      case 'n' -> NULL;
      default -> NUMBER;
    };
  }
}
