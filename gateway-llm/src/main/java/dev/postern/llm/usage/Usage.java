package dev.postern.llm.usage;

import dev.postern.core.json.JsonKind;
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
 * @param details what few ask for
 */
public record Usage(
    long input,
    long cacheRead,
    long cacheWrite,
    long output,
    long reasoning,
    long total,
    long inputAudio,
    long outputAudio,
    Details details) {
  /** What was not said. */
  public static final long UNKNOWN = -1;

  /**
   * What few ask for.
   *
   * @param providerInput the input as the provider counts it, which may leave out what was cached
   * @param inputText the part of the input that is text
   * @param inputImage the part of the input that is images
   * @param outputText the part of the output that is text
   * @param outputImage the part of the output that is images
   */
  public record Details(
      long providerInput, long inputText, long inputImage, long outputText, long outputImage) {
    /** Nothing is said. */
    public static final Details NONE = new Details(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

    private Details updatedBy(Details later) {
      return new Details(
          Usage.later(providerInput, later.providerInput),
          Usage.later(inputText, later.inputText),
          Usage.later(inputImage, later.inputImage),
          Usage.later(outputText, later.outputText),
          Usage.later(outputImage, later.outputImage));
    }
  }

  private static final String[] INPUT = {"prompt_tokens", "input_tokens", "promptTokenCount"};
  private static final String[] BEDROCK_INPUT = {"inputTokens"};
  private static final String[] OUTPUT = {"completion_tokens", "output_tokens"};
  private static final String[] TOTAL = {"total_tokens", "totalTokens", "totalTokenCount"};
  private static final String[] REASONING = {"thoughtsTokenCount"};
  private static final String[] CACHE_READ = {
    "cache_read_input_tokens",
    "prompt_cache_hit_tokens",
    "cacheReadInputTokens",
    "cacheReadInputTokenCount",
    "cachedContentTokenCount"
  };
  private static final String[] CACHE_WRITE = {
    "cache_creation_input_tokens", "cacheWriteInputTokens", "cacheWriteInputTokensCount"
  };
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
      if (usage != null && usage.kind() == JsonKind.OBJECT && usage.end() - usage.start() > 2) {
        return of(usage);
      }
    }
    return null;
  }

  /** Returns the usage that a usage object tells. */
  public static Usage of(JsonScan usage) {
    // Each is looked up once: what lies within is read anew from every look-up.
    JsonScan prompt = usage.find("prompt_tokens_details").orElse(null);
    JsonScan completion = usage.find("completion_tokens_details").orElse(null);
    JsonScan input = usage.find("input_tokens_details").orElse(null);
    JsonScan output = usage.find("output_tokens_details").orElse(null);
    long cacheRead = or(detail(prompt, input, "cached_tokens"), usage, CACHE_READ);
    long cacheWrite = or(detail(prompt, input, "cache_write_tokens"), usage, CACHE_WRITE);
    long reasoning = or(detail(completion, output, "reasoning_tokens"), usage, REASONING);
    long total = first(usage, TOTAL);
    long allInput = input(usage, cacheRead, cacheWrite);
    return new Usage(
        allInput,
        cacheRead,
        cacheWrite,
        output(usage, allInput, total),
        reasoning,
        total,
        detail(prompt, input, "audio_tokens"),
        detail(completion, output, "audio_tokens"),
        new Details(
            or(first(usage, INPUT), usage, BEDROCK_INPUT),
            detail(prompt, input, "text_tokens"),
            detail(prompt, input, "image_tokens"),
            detail(completion, output, "text_tokens"),
            detail(completion, output, "image_tokens")));
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
        later(outputAudio, later.outputAudio),
        details.updatedBy(later.details));
  }

  private static long later(long before, long now) {
    return now == UNKNOWN ? before : now;
  }

  /** Anthropic and Bedrock leave cached tokens out of the input and count them beside it. */
  private static long input(JsonScan usage, long cacheRead, long cacheWrite) {
    long input = first(usage, INPUT);
    boolean apart =
        usage.find("input_tokens").isPresent()
            && (usage.find("cache_read_input_tokens").isPresent()
                || usage.find("cache_creation_input_tokens").isPresent());
    if (input == UNKNOWN) {
      input = number(usage, "inputTokens");
      apart = true;
    }
    if (input == UNKNOWN || !apart) {
      return input;
    }
    return input + Math.max(cacheRead, 0) + Math.max(cacheWrite, 0);
  }

  /** Gemini's compatible endpoint says 0 when all output was reasoning; its total knows better. */
  private static long output(JsonScan usage, long input, long total) {
    long output = first(usage, OUTPUT);
    if (output == 0 && input >= 0 && total > input) {
      return total - input;
    }
    if (output != UNKNOWN) {
      return output;
    }
    long candidates = number(usage, "candidatesTokenCount");
    if (candidates != UNKNOWN) {
      return candidates + Math.max(first(usage, REASONING), 0);
    }
    return number(usage, "outputTokens");
  }

  private static long detail(@Nullable JsonScan one, @Nullable JsonScan other, String name) {
    long value = one == null ? UNKNOWN : number(one, name);
    return value == UNKNOWN && other != null ? number(other, name) : value;
  }

  private static long or(long value, JsonScan usage, String[] names) {
    return value == UNKNOWN ? first(usage, names) : value;
  }

  private static long first(JsonScan usage, String[] names) {
    for (String name : names) {
      long value = number(usage, name);
      if (value != UNKNOWN) {
        return value;
      }
    }
    return UNKNOWN;
  }

  private static long number(JsonScan usage, String name) {
    return Math.max(usage.integer(name).orElse(UNKNOWN), UNKNOWN);
  }
}
