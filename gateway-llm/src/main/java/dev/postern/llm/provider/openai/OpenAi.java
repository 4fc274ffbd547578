package dev.postern.llm.provider.openai;

import static java.util.Objects.requireNonNull;

import dev.postern.core.text.Secret;
import dev.postern.llm.provider.OpenAiModels;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.wire.RouteType;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI.
 *
 * @param model the model that all calls are sent to, or null to send the one that was asked for
 * @param apiKey the key, or null for none of its own
 */
public record OpenAi(@Nullable String model, @Nullable Secret apiKey) implements Provider {
  /** Returns OpenAI without a key of its own. */
  public static OpenAi withoutKey() {
    return new OpenAi(null, null);
  }

  /** Returns OpenAI, called with a key. */
  public static OpenAi withKey(Secret apiKey) {
    return new OpenAi(null, requireNonNull(apiKey, "apiKey"));
  }

  /** Returns this with all calls sent to one model. */
  public OpenAi model(String model) {
    return new OpenAi(requireNonNull(model, "model"), apiKey);
  }

  @Override
  public String kind() {
    return "openAI";
  }

  @Override
  public String system() {
    return "openai";
  }

  @Override
  public String origin() {
    return "https://api.openai.com";
  }

  @Override
  public String pathPrefix() {
    return "/v1";
  }

  @Override
  public @Nullable String path(RouteType type, String model) {
    return switch (type) {
      case COMPLETIONS -> "/chat/completions";
      case RESPONSES -> "/responses";
      case EMBEDDINGS -> "/embeddings";
      default -> null;
    };
  }

  @Override
  public boolean knowsHeader(String name) {
    return OpenAiModels.isOwnHeader(name);
  }

  @Override
  public boolean renamesMaxTokens(String model) {
    return OpenAiModels.renamesMaxTokens(model);
  }
}
