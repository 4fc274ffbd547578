package dev.postern.llm.usage;

import dev.postern.core.json.JsonScan;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one call, as its provider counted them. {@link #UNKNOWN} stands for what was not
 * said.
 *
 * @param input all input, cached included
 * @param cacheRead the part of the input that was read from the provider's cache
 * @param cacheWrite the part of the input that was written to it
 * @param output all output, reasoning included
 * @param reasoning the part of the output that is reasoning
 * @param total the provider's own sum
 * @param inputAudio the part of the input that is audio
 * @param outputAudio the part of the output that is audio
 */
public record Usage(
    long input,
    long cacheRead,
    long cacheWrite,
    long output,
    long reasoning,
    long total,
    long inputAudio,
    long outputAudio) {
  /** What was not said. */
  public static final long UNKNOWN = -1;

  private static final String[][] PLACES = {
    {"usage"},
    {"response", "usage"},
    {"x_groq", "usage"},
    {"metadata", "usage"},
    {"usageMetadata"},
    {"response", "usageMetadata"},
    {"message", "usage"}
  };

  /**
   * Returns the usage that an answer or an event of a stream tells, in whichever of the known
   * formats, or null if it tells none.
   */
  public static @Nullable Usage in(JsonScan answer) {
    for (String[] place : PLACES) {
      JsonScan usage = answer.find(place).orElse(null);
      if (usage != null && !usage.members().isEmpty()) {
        return of(usage);
      }
    }
    return null;
  }

  /** Returns the usage that a usage object tells. */
  public static Usage of(JsonScan usage) {
    long cacheRead =
        first(
            usage,
            path("prompt_tokens_details", "cached_tokens"),
            path("input_tokens_details", "cached_tokens"),
            path("cache_read_input_tokens"),
            path("prompt_cache_hit_tokens"),
            path("cacheReadInputTokens"),
            path("cacheReadInputTokenCount"),
            path("cachedContentTokenCount"));
    long cacheWrite =
        first(
            usage,
            path("prompt_tokens_details", "cache_write_tokens"),
            path("input_tokens_details", "cache_write_tokens"),
            path("cache_creation_input_tokens"),
            path("cacheWriteInputTokens"),
            path("cacheWriteInputTokensCount"));
    long reasoning =
        first(
            usage,
            path("completion_tokens_details", "reasoning_tokens"),
            path("output_tokens_details", "reasoning_tokens"),
            path("thoughtsTokenCount"));
    long total = first(usage, path("total_tokens"), path("totalTokens"), path("totalTokenCount"));
    long input = input(usage, cacheRead, cacheWrite);
    return new Usage(
        input,
        cacheRead,
        cacheWrite,
        output(usage, input, total),
        reasoning,
        total,
        first(
            usage,
            path("prompt_tokens_details", "audio_tokens"),
            path("input_tokens_details", "audio_tokens")),
        first(
            usage,
            path("completion_tokens_details", "audio_tokens"),
            path("output_tokens_details", "audio_tokens")));
  }

  /** Returns what {@code later} says, and what only this says. */
  public Usage updatedBy(Usage later) {
    return new Usage(
        later(input, later.input),
        later(cacheRead, later.cacheRead),
        later(cacheWrite, later.cacheWrite),
        later(output, later.output),
        later(reasoning, later.reasoning),
        later(total, later.total),
        later(inputAudio, later.inputAudio),
        later(outputAudio, later.outputAudio));
  }

  private static long later(long before, long now) {
    return now == UNKNOWN ? before : now;
  }

  /** Anthropic and Bedrock leave cached tokens out of the input and count them beside it. */
  private static long input(JsonScan usage, long cacheRead, long cacheWrite) {
    long input =
        first(usage, path("prompt_tokens"), path("input_tokens"), path("promptTokenCount"));
    boolean apart =
        usage.find("input_tokens").isPresent()
            && (usage.find("cache_read_input_tokens").isPresent()
                || usage.find("cache_creation_input_tokens").isPresent());
    if (input == UNKNOWN) {
      input = first(usage, path("inputTokens"));
      apart = true;
    }
    if (input == UNKNOWN || !apart) {
      return input;
    }
    return input + Math.max(cacheRead, 0) + Math.max(cacheWrite, 0);
  }

  /** Gemini's compatible endpoint says 0 when all output was reasoning; its total knows better. */
  private static long output(JsonScan usage, long input, long total) {
    long output = first(usage, path("completion_tokens"), path("output_tokens"));
    if (output == 0 && input >= 0 && total > input) {
      return total - input;
    }
    if (output != UNKNOWN) {
      return output;
    }
    long candidates = first(usage, path("candidatesTokenCount"));
    if (candidates != UNKNOWN) {
      return candidates + Math.max(first(usage, path("thoughtsTokenCount")), 0);
    }
    return first(usage, path("outputTokens"));
  }

  private static String[] path(String... names) {
    return names;
  }

  private static long first(JsonScan usage, String[]... paths) {
    for (String[] path : paths) {
      long value = usage.integer(path).orElse(UNKNOWN);
      if (value >= 0) {
        return value;
      }
    }
    return UNKNOWN;
  }
}
