package dev.postern.llm.provider;

/**
 * The header that carries a key.
 *
 * @param name the name
 * @param prefix what stands before the key, with its space
 */
public record KeyHeader(String name, String prefix) {
  /** {@code Authorization: Bearer}. */
  public static final KeyHeader BEARER = new KeyHeader("authorization", "Bearer ");

  /** Returns the value for a key. */
  public String value(String key) {
    return prefix.isEmpty() ? key : prefix + key;
  }
}
