package dev.postern.llm.provider.compatible;

import static java.util.Objects.requireNonNull;

import dev.postern.core.text.Secret;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.wire.RouteType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Any server that speaks some of OpenAI's formats: vLLM, TensorRT-LLM, LM Studio, llama.cpp, and so
 * on. Where it is must be configured.
 *
 * @param model the model that all calls are sent to, or null to send the one that was asked for
 * @param apiKey the key, or null for none of its own
 * @param providerOverride the name in metrics, spans and logs, or null for {@code custom}
 * @param formats what it speaks
 * @param quirks what it cannot do
 */
public record Custom(
    @Nullable String model,
    @Nullable Secret apiKey,
    @Nullable String providerOverride,
    List<Format> formats,
    Quirks quirks)
    implements Provider {
  /**
   * Checks the formats.
   *
   * @throws IllegalArgumentException if there is none, or one stands twice
   */
  public Custom {
    requireNonNull(quirks, "quirks");
    formats = List.copyOf(formats);
    if (formats.isEmpty()) {
      throw new IllegalArgumentException("formats: empty (expected: at least one)");
    }
    Set<RouteType> types = new HashSet<>();
    for (Format format : formats) {
      if (!types.add(format.type())) {
        throw new IllegalArgumentException("formats: " + format.type() + " stands twice");
      }
    }
  }

  /** Returns a server that speaks these formats at their usual paths, without a key. */
  public static Custom speaking(RouteType... formats) {
    return new Custom(
        null, null, null, List.of(formats).stream().map(Format::of).toList(), Quirks.NONE);
  }

  /** Returns a vLLM server, without a key. */
  public static Custom vllm() {
    return speaking(RouteType.COMPLETIONS, RouteType.RESPONSES, RouteType.EMBEDDINGS)
        .providerOverride("vllm");
  }

  /** Returns a TensorRT-LLM server, or Triton's front end in OpenAI's format, without a key. */
  public static Custom tensorRtLlm() {
    return speaking(RouteType.COMPLETIONS).providerOverride("tensorrt-llm");
  }

  /** Returns this with all calls sent to one model. */
  public Custom model(String model) {
    return new Custom(requireNonNull(model, "model"), apiKey, providerOverride, formats, quirks);
  }

  /** Returns this called with a key. */
  public Custom apiKey(Secret apiKey) {
    return new Custom(model, requireNonNull(apiKey, "apiKey"), providerOverride, formats, quirks);
  }

  /** Returns this with another name in metrics, spans and logs. */
  public Custom providerOverride(String providerOverride) {
    return new Custom(model, apiKey, requireNonNull(providerOverride, "name"), formats, quirks);
  }

  /** Returns this with what it cannot do. */
  public Custom quirks(Quirks quirks) {
    return new Custom(model, apiKey, providerOverride, formats, quirks);
  }

  @Override
  public String kind() {
    return "custom";
  }

  @Override
  public String system() {
    return providerOverride == null ? "custom" : providerOverride;
  }

  @Override
  public @Nullable String origin() {
    return null;
  }

  @Override
  public String pathPrefix() {
    return "/v1";
  }

  @Override
  public @Nullable String path(RouteType type, String model) {
    Format format = format(type);
    if (format == null) {
      return null;
    }
    return format.path() != null ? format.path() : Preset.usualPath(type);
  }

  @Override
  public boolean isOwnPath(RouteType type) {
    Format format = format(type);
    return format != null && format.path() != null;
  }

  @Override
  public boolean usesStreamOptions() {
    return !quirks.noStreamOptions();
  }

  private @Nullable Format format(RouteType type) {
    for (Format format : formats) {
      if (format.type() == type) {
        return format;
      }
    }
    return null;
  }
}
