package dev.postern.examples.embedintest;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

/** The application whose tests this is about: translates, or leaves a text as it is. */
final class Translator implements AutoCloseable {
  private final OpenAIClient client;

  /**
   * Creates a translator.
   *
   * @param url where models are, as in {@code http://127.0.0.1:4000}
   */
  Translator(String url) {
    this(OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey("none").maxRetries(0).build());
  }

  Translator(OpenAIClient client) {
    this.client = client;
  }

  /** Returns the text in the language, or the text itself when no model answers. */
  String translate(String text, String language) {
    ChatCompletionCreateParams question =
        ChatCompletionCreateParams.builder()
            .model("translator")
            .addSystemMessage("Translate into " + language + ". Answer with the translation only.")
            .addUserMessage(text)
            .build();
    try {
      return client
          .chat()
          .completions()
          .create(question)
          .choices()
          .get(0)
          .message()
          .content()
          .orElse(text);
    } catch (OpenAIServiceException e) {
      return text;
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
