package dev.postern.llm.wire;

import java.util.Optional;

/** A kind of call that clients make: a format with its own request, answer and error bodies. */
public enum RouteType {
  /** OpenAI Chat Completions. */
  COMPLETIONS("completions", "chat", ErrorShape.OPENAI, true),
  /** OpenAI Responses. */
  RESPONSES("responses", "chat", ErrorShape.OPENAI, true),
  /** OpenAI embeddings. */
  EMBEDDINGS("embeddings", "embeddings", ErrorShape.OPENAI, true),
  /** The list of models, answered by the gateway. */
  MODELS("models", "models", ErrorShape.OPENAI, true),
  /** Forwarded unchanged; model and usage are looked for. */
  DETECT("detect", "chat", ErrorShape.OPENAI, true),
  /** Forwarded unchanged and unread. */
  PASSTHROUGH("passthrough", "chat", ErrorShape.OPENAI, true),
  /** Anthropic Messages. */
  MESSAGES("messages", "chat", ErrorShape.ANTHROPIC, false),
  /** Counting tokens in Anthropic's format. */
  ANTHROPIC_TOKEN_COUNT("anthropicTokenCount", "chat", ErrorShape.ANTHROPIC, false),
  /** Batches of Anthropic Messages. */
  MESSAGE_BATCHES("messageBatches", "chat", ErrorShape.ANTHROPIC, false),
  /** Gemini generateContent. */
  GENERATE_CONTENT("generateContent", "chat", ErrorShape.GEMINI, false),
  /** Counting tokens in Gemini's format. */
  GEMINI_COUNT_TOKENS("geminiCountTokens", "chat", ErrorShape.GEMINI, false),
  /** Gemini embeddings. */
  GEMINI_EMBED("geminiEmbed", "embeddings", ErrorShape.GEMINI, false),
  /** Cohere rerank. */
  RERANK("rerank", "rerank", ErrorShape.RERANK, false),
  /** Bedrock Converse. */
  BEDROCK_CONVERSE("bedrockConverse", "chat", ErrorShape.BEDROCK, false),
  /** Bedrock InvokeModel. */
  BEDROCK_INVOKE("bedrockInvoke", "chat", ErrorShape.BEDROCK, false),
  /** OpenAI's completions without chat. */
  TEXT_COMPLETIONS("textCompletions", "text_completion", ErrorShape.OPENAI, false),
  /** OpenAI image generation. */
  IMAGES_GENERATIONS("imagesGenerations", "chat", ErrorShape.OPENAI, false),
  /** OpenAI image edits. */
  IMAGES_EDITS("imagesEdits", "chat", ErrorShape.OPENAI, false),
  /** OpenAI image variations. */
  IMAGES_VARIATIONS("imagesVariations", "chat", ErrorShape.OPENAI, false),
  /** OpenAI speech. */
  AUDIO_SPEECH("audioSpeech", "chat", ErrorShape.OPENAI, false),
  /** OpenAI transcriptions. */
  AUDIO_TRANSCRIPTIONS("audioTranscriptions", "chat", ErrorShape.OPENAI, false),
  /** OpenAI translations of speech. */
  AUDIO_TRANSLATIONS("audioTranslations", "chat", ErrorShape.OPENAI, false),
  /** OpenAI moderations. */
  MODERATIONS("moderations", "chat", ErrorShape.OPENAI, false),
  /** OpenAI files. */
  FILES("files", "chat", ErrorShape.OPENAI, false),
  /** OpenAI batches. */
  BATCHES("batches", "chat", ErrorShape.OPENAI, false),
  /** OpenAI realtime. */
  REALTIME("realtime", "realtime", ErrorShape.OPENAI, false);

  private final String key;
  private final String operation;
  private final ErrorShape errorShape;
  private final boolean supported;

  RouteType(String key, String operation, ErrorShape errorShape, boolean supported) {
    this.key = key;
    this.operation = operation;
    this.errorShape = errorShape;
    this.supported = supported;
  }

  /** Returns the name in configuration files. */
  public String key() {
    return key;
  }

  /** Returns the name of the operation in metrics and spans. */
  public String operation() {
    return operation;
  }

  /** Returns how errors are written for its clients. */
  public ErrorShape errorShape() {
    return errorShape;
  }

  /** Returns whether calls of this kind are served. */
  public boolean supported() {
    return supported;
  }

  /** Returns whether the body is read as JSON with a model in it, and may be edited. */
  public boolean isEdited() {
    return this == COMPLETIONS || this == RESPONSES || this == EMBEDDINGS;
  }

  /** Returns the type of this name in configuration files. */
  public static Optional<RouteType> ofKey(String key) {
    for (RouteType type : values()) {
      if (type.key.equals(key)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return key;
  }
}
