package dev.postern.llm.provider;

/** What the names of OpenAI's models tell. */
public final class OpenAiModels {
  private OpenAiModels() {}

  /**
   * Returns whether a model knows only {@code max_completion_tokens}: {@code gpt-} and {@code o}
   * with a digit.
   */
  public static boolean renamesMaxTokens(String model) {
    return model.startsWith("gpt-")
        || (model.length() > 1 && model.charAt(0) == 'o' && Character.isDigit(model.charAt(1)));
  }

  /** Returns whether a header is one of OpenAI's own. */
  public static boolean isOwnHeader(String name) {
    return name.equals("openai-organization")
        || name.equals("openai-project")
        || name.equals("openai-beta");
  }
}
