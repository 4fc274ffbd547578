package dev.postern.llm.usage;

import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonScan;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks of the model, for logs and spans. Null stands for what it does not say.
 *
 * @param temperature the temperature
 * @param topP the share of probability to sample from
 * @param frequencyPenalty the penalty on frequent tokens
 * @param presencePenalty the penalty on tokens that appeared
 * @param seed the seed
 * @param maxTokens the most tokens of output
 * @param encodingFormat the encoding of embeddings
 * @param dimensions the dimensions of embeddings
 */
public record RequestParams(
    @Nullable Double temperature,
    @Nullable Double topP,
    @Nullable Double frequencyPenalty,
    @Nullable Double presencePenalty,
    @Nullable Long seed,
    @Nullable Long maxTokens,
    @Nullable String encodingFormat,
    @Nullable Long dimensions) {
  /** Nothing is said. */
  public static final RequestParams NONE =
      new RequestParams(null, null, null, null, null, null, null, null);

  /** Returns what a request in one of OpenAI's formats says. */
  public static RequestParams of(JsonScan request) {
    Long maxTokens = integer(request, "max_completion_tokens");
    if (maxTokens == null) {
      maxTokens = integer(request, "max_tokens");
    }
    if (maxTokens == null) {
      maxTokens = integer(request, "max_output_tokens");
    }
    return new RequestParams(
        number(request, "temperature"),
        number(request, "top_p"),
        number(request, "frequency_penalty"),
        number(request, "presence_penalty"),
        integer(request, "seed"),
        maxTokens,
        request.string("encoding_format").orElse(null),
        integer(request, "dimensions"));
  }

  private static @Nullable Double number(JsonScan request, String name) {
    JsonNumber number = request.number(name).orElse(null);
    return number == null ? null : number.toDouble();
  }

  private static @Nullable Long integer(JsonScan request, String name) {
    OptionalLong value = request.integer(name);
    return value.isPresent() ? value.getAsLong() : null;
  }
}
