package dev.postern.llm;

import dev.postern.core.text.Secret;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.provider.azure.Azure;
import dev.postern.llm.provider.compatible.Custom;
import dev.postern.llm.provider.compatible.Format;
import dev.postern.llm.provider.compatible.Preset;
import dev.postern.llm.provider.compatible.Quirks;
import dev.postern.llm.provider.gemini.Gemini;
import dev.postern.llm.provider.openai.OpenAi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The provider of an {@code ai} backend as it is written: exactly one of its fields. */
record ProviderForm(
    @Nullable Plain openAI,
    @Nullable GeminiForm gemini,
    @Nullable AzureForm azure,
    @Nullable CustomForm custom,
    @Nullable Plain cohere,
    @Nullable Plain ollama,
    @Nullable Plain baseten,
    @Nullable Plain cerebras,
    @Nullable Plain deepinfra,
    @Nullable Plain deepseek,
    @Nullable Plain groq,
    @Nullable Plain huggingface,
    @Nullable Plain mistral,
    @Nullable Plain openrouter,
    @Nullable Plain togetherai,
    @Nullable Plain xai,
    @Nullable Plain fireworks,
    @Nullable Plain perplexity,
    @Nullable Plain nvidia,
    @Nullable Plain sambanova,
    @Nullable Plain moonshot,
    @Nullable Plain zai,
    @Nullable Plain dashscope) {

  /** A provider of which only model and key can be said. */
  record Plain(@Nullable String model, @Nullable Secret apiKey) {}

  /** Google AI Studio. */
  record GeminiForm(
      @Nullable String model, @Nullable Secret apiKey, Gemini.@Nullable ChatPath chatPath) {
    Gemini provider() {
      return new Gemini(model, apiKey, chatPath == null ? Gemini.ChatPath.COMPAT : chatPath);
    }
  }

  /** Azure. */
  record AzureForm(
      @Nullable String model,
      @Nullable Secret apiKey,
      String resourceName,
      Azure.ResourceType resourceType,
      @Nullable String apiVersion,
      @Nullable String projectName) {
    Azure provider() {
      return new Azure(
          model,
          apiKey,
          resourceName,
          resourceType,
          apiVersion == null ? Azure.DEFAULT_API_VERSION : apiVersion,
          projectName);
    }
  }

  /** A custom server. */
  record CustomForm(
      @Nullable String model,
      @Nullable Secret apiKey,
      @Nullable String providerOverride,
      List<Format> formats,
      @Nullable Quirks quirks) {
    Custom provider() {
      return new Custom(
          model, apiKey, providerOverride, formats, quirks == null ? Quirks.NONE : quirks);
    }
  }

  /**
   * Returns the provider that is meant.
   *
   * @throws IllegalArgumentException unless exactly one field is set
   */
  Provider provider() {
    List<Provider> set = new ArrayList<>();
    if (openAI != null) {
      set.add(new OpenAi(openAI.model, openAI.apiKey));
    }
    if (gemini != null) {
      set.add(gemini.provider());
    }
    if (azure != null) {
      set.add(azure.provider());
    }
    if (custom != null) {
      set.add(custom.provider());
    }
    presets().forEach((name, plain) -> set.add(new Preset(name, plain.model, plain.apiKey)));
    if (set.size() != 1) {
      throw new IllegalArgumentException(
          "provider: " + set.size() + " set (expected: exactly one)");
    }
    return set.get(0);
  }

  private Map<String, Plain> presets() {
    Map<String, @Nullable Plain> all = new LinkedHashMap<>();
    all.put("cohere", cohere);
    all.put("ollama", ollama);
    all.put("baseten", baseten);
    all.put("cerebras", cerebras);
    all.put("deepinfra", deepinfra);
    all.put("deepseek", deepseek);
    all.put("groq", groq);
    all.put("huggingface", huggingface);
    all.put("mistral", mistral);
    all.put("openrouter", openrouter);
    all.put("togetherai", togetherai);
    all.put("xai", xai);
    all.put("fireworks", fireworks);
    all.put("perplexity", perplexity);
    all.put("nvidia", nvidia);
    all.put("sambanova", sambanova);
    all.put("moonshot", moonshot);
    all.put("zai", zai);
    all.put("dashscope", dashscope);
    Map<String, Plain> set = new LinkedHashMap<>();
    all.forEach((name, plain) -> {
      if (plain != null) {
        set.put(name, plain);
      }
    });
    return set;
  }

  /** Returns how a provider is written. */
  static ProviderForm of(Provider provider) {
    return new ProviderForm(
        provider instanceof OpenAi openAi ? new Plain(openAi.model(), openAi.apiKey()) : null,
        provider instanceof Gemini gemini
            ? new GeminiForm(gemini.model(), gemini.apiKey(), gemini.chatPath())
            : null,
        provider instanceof Azure azure
            ? new AzureForm(
                azure.model(),
                azure.apiKey(),
                azure.resourceName(),
                azure.resourceType(),
                azure.apiVersion(),
                azure.projectName())
            : null,
        provider instanceof Custom custom
            ? new CustomForm(
                custom.model(),
                custom.apiKey(),
                custom.providerOverride(),
                custom.formats(),
                custom.quirks().equals(Quirks.NONE) ? null : custom.quirks())
            : null,
        preset(provider, "cohere"),
        preset(provider, "ollama"),
        preset(provider, "baseten"),
        preset(provider, "cerebras"),
        preset(provider, "deepinfra"),
        preset(provider, "deepseek"),
        preset(provider, "groq"),
        preset(provider, "huggingface"),
        preset(provider, "mistral"),
        preset(provider, "openrouter"),
        preset(provider, "togetherai"),
        preset(provider, "xai"),
        preset(provider, "fireworks"),
        preset(provider, "perplexity"),
        preset(provider, "nvidia"),
        preset(provider, "sambanova"),
        preset(provider, "moonshot"),
        preset(provider, "zai"),
        preset(provider, "dashscope"));
  }

  private static @Nullable Plain preset(Provider provider, String name) {
    return provider instanceof Preset preset && Objects.equals(preset.name(), name)
        ? new Plain(preset.model(), preset.apiKey())
        : null;
  }
}
