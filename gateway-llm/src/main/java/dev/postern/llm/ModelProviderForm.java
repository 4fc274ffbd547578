package dev.postern.llm;

import dev.postern.llm.provider.Provider;
import dev.postern.llm.provider.compatible.Format;
import dev.postern.llm.provider.compatible.Preset;
import dev.postern.llm.provider.compatible.Quirks;
import dev.postern.llm.provider.gemini.Gemini;
import dev.postern.llm.provider.openai.OpenAi;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The provider of a model as it is written: a name, a reference, or a custom server. */
sealed interface ModelProviderForm {
  /** Providers of the documentation that are not built. */
  Set<String> UNBUILT = Set.of("anthropic", "vertex", "bedrock", "copilot");

  /** Returns the provider with its parameters. */
  Provider provider(ParamsForm params);

  /**
   * Reads a provider's name.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static ModelProviderForm parse(String name) {
    if (UNBUILT.contains(name)) {
      throw new IllegalArgumentException(name + " is not supported yet");
    }
    boolean known =
        Set.of("openai", "openAI", "gemini", "azure").contains(name)
            || Preset.named(name).isPresent();
    if (!known) {
      throw new IllegalArgumentException(
          '"' + name + "\" (expected: openAI, gemini, azure or one of " + Preset.names() + ")");
    }
    return new Named(name);
  }

  /** Returns how a provider is written. */
  static ModelProviderForm of(Provider provider) {
    return provider instanceof dev.postern.llm.provider.compatible.Custom custom
        ? new Custom(
            custom.formats(),
            custom.providerOverride(),
            custom.quirks().equals(Quirks.NONE) ? null : custom.quirks())
        : new Named(provider.kind());
  }

  /** One of the known providers. */
  record Named(String name) implements ModelProviderForm {
    @Override
    public Provider provider(ParamsForm params) {
      return switch (name) {
        case "openai", "openAI" -> new OpenAi(params.model(), params.apiKey());
        case "gemini" -> new Gemini(params.model(), params.apiKey(), Gemini.ChatPath.COMPAT);
        case "azure" -> params.azure();
        default -> new Preset(name, params.model(), params.apiKey());
      };
    }
  }

  /** A shared provider. */
  record Reference(String reference) implements ModelProviderForm {
    @Override
    public Provider provider(ParamsForm params) {
      throw new IllegalStateException("a reference is no provider");
    }
  }

  /** A custom server. */
  record Custom(List<Format> formats, @Nullable String providerOverride, @Nullable Quirks quirks)
      implements ModelProviderForm {
    @Override
    public Provider provider(ParamsForm params) {
      return new dev.postern.llm.provider.compatible.Custom(
          params.model(),
          params.apiKey(),
          providerOverride,
          formats,
          quirks == null ? Quirks.NONE : quirks);
    }
  }
}
