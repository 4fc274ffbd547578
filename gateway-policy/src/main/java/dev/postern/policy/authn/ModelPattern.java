package dev.postern.policy.authn;

/** Names of models: a name, {@code prefix*}, {@code *suffix} or {@code *}. */
record ModelPattern(String text, boolean openStart, boolean openEnd) {
  /**
   * @throws IllegalArgumentException if there is a star elsewhere
   */
  static ModelPattern parse(String written) {
    boolean openEnd = written.endsWith("*");
    boolean openStart = !openEnd && written.startsWith("*");
    String text =
        openEnd ? written.substring(0, written.length() - 1) : written.substring(openStart ? 1 : 0);
    if (written.isEmpty() || text.indexOf('*') >= 0) {
      throw new IllegalArgumentException(
          "allowedModels: \"" + written + "\" (expected: a name, prefix*, *suffix or *)");
    }
    return new ModelPattern(text, openStart, openEnd);
  }

  boolean matches(String model) {
    return openEnd ? model.startsWith(text) : openStart ? model.endsWith(text) : model.equals(text);
  }
}
