package dev.postern.llm;

import static dev.postern.core.spi.VariableType.Scalar.BOOLEAN;
import static dev.postern.core.spi.VariableType.Scalar.DOUBLE;
import static dev.postern.core.spi.VariableType.Scalar.DURATION;
import static dev.postern.core.spi.VariableType.Scalar.INTEGER;
import static dev.postern.core.spi.VariableType.Scalar.STRING;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import dev.postern.llm.select.Candidate;
import dev.postern.llm.usage.Completion;
import dev.postern.llm.usage.LlmRecord;
import dev.postern.llm.usage.Prompt;
import dev.postern.llm.usage.RequestParams;
import dev.postern.llm.usage.Usage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code llm}: a call to a model, for expressions in policies of models, on the way back, and in
 * logs, spans and metrics.
 *
 * <p>Also found by the service loader, for logs of configurations without any model.
 */
public record LlmVariable() implements VariableSource {
  private static final String NAME = "llm";
  private static final String SERVICE_TIER = "serviceTier";
  private static final String PROMPT = "prompt";
  private static final String COMPLETION = "completion";
  private static final String TOOL_CALLS = "toolCalls";
  private static final String PARAMS = "params";

  /** What is known before a provider is asked. */
  private static final Set<String> EARLY =
      Set.of("streaming", "requestModel", "provider", PARAMS, PROMPT);

  private static final Set<String> CONTENT = Set.of(PROMPT, COMPLETION, TOOL_CALLS);
  private static final VariableType.Fields FIELDS = declared();

  private static VariableType.Fields declared() {
    Map<String, VariableType> params = new LinkedHashMap<>();
    params.put("temperature", DOUBLE);
    params.put("top_p", DOUBLE);
    params.put("frequency_penalty", DOUBLE);
    params.put("presence_penalty", DOUBLE);
    params.put("seed", INTEGER);
    params.put("max_tokens", INTEGER);
    params.put("encoding_format", STRING);
    params.put("dimensions", INTEGER);
    Map<String, VariableType> fields = new LinkedHashMap<>();
    fields.put("streaming", BOOLEAN);
    for (String text : new String[] {"requestModel", "responseModel", "provider", SERVICE_TIER}) {
      fields.put(text, STRING);
    }
    for (String count :
        new String[] {
          "inputTokens",
          "providerInputTokens",
          "inputImageTokens",
          "inputTextTokens",
          "inputAudioTokens",
          "cachedInputTokens",
          "cacheCreationInputTokens",
          "outputTokens",
          "outputImageTokens",
          "outputTextTokens",
          "outputAudioTokens",
          "reasoningTokens",
          "totalTokens",
          "providerTotalTokens"
        }) {
      fields.put(count, INTEGER);
    }
    fields.put("timeToFirstToken", DURATION);
    fields.put("timePerOutputToken", DURATION);
    fields.put(PARAMS, closed(params));
    fields.put(PROMPT, new VariableType.Many(texts("role", "content")));
    fields.put(COMPLETION, new VariableType.Many(STRING));
    fields.put(TOOL_CALLS, new VariableType.Many(texts("id", "name", "arguments")));
    return closed(fields);
  }

  private static VariableType.Fields texts(String... names) {
    Map<String, VariableType> fields = new LinkedHashMap<>();
    for (String name : names) {
      fields.put(name, STRING);
    }
    return closed(fields);
  }

  private static VariableType.Fields closed(Map<String, VariableType> fields) {
    return new VariableType.Fields(fields, false);
  }

  /** Lets a call collect what expressions will ask for. */
  static void prepare(Exchange exchange, LlmRecord record) {
    Set<String> wanted = exchange.get(WANTED);
    if (wanted == null) {
      return;
    }
    if (wanted.contains("llm." + COMPLETION) || wanted.contains("llm." + TOOL_CALLS)) {
      record.collectCompletion();
    }
    if (wanted.contains("llm." + SERVICE_TIER)) {
      record.readServiceTier();
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public VariableType.Fields fields() {
    return FIELDS;
  }

  /** Before a model's own policies nobody has read the call yet. */
  @Override
  public boolean available(Place place, Moment moment) {
    return switch (moment) {
      case CONNECTION -> false;
      case REQUEST, ANSWER -> place == Place.BACKEND;
      case RESPONSE, END -> true;
    };
  }

  @Override
  public boolean late(String field) {
    return !EARLY.contains(field);
  }

  @Override
  public boolean content(String field) {
    return CONTENT.contains(field);
  }

  @Override
  public @Nullable Object read(Exchange exchange, String field) {
    LlmRecord record = exchange.get(LlmRecord.KEY);
    if (record == null) {
      return null;
    }
    return switch (field) {
      case "streaming" -> record.streaming();
      case "requestModel" -> record.requestModel();
      case "responseModel" -> record.responseModel();
      case "provider" -> provider(exchange, record);
      case SERVICE_TIER -> record.serviceTier();
      case "timeToFirstToken" -> seconds(record.timeToFirstToken());
      case "timePerOutputToken" -> seconds(record.timePerOutputToken());
      case PARAMS -> params(record.params());
      case PROMPT -> prompt(exchange);
      case COMPLETION -> {
        Completion completion = record.completion();
        yield completion == null || completion.texts().isEmpty() ? null : completion.texts();
      }
      case TOOL_CALLS -> {
        Completion completion = record.completion();
        yield completion == null || completion.toolCalls().isEmpty()
            ? null
            : completion.toolCalls();
      }
      default -> {
        Usage usage = record.usage();
        yield usage == null ? null : tokens(usage, field);
      }
    };
  }

  /** The attempt that is about to start tells its provider only when the policies have passed. */
  private static @Nullable String provider(Exchange exchange, LlmRecord record) {
    Candidate chosen = exchange.get(Candidate.CHOSEN);
    return chosen == null ? record.provider() : chosen.target().system();
  }

  private static @Nullable Object prompt(Exchange exchange) {
    LlmCall call = exchange.get(LlmCall.KEY);
    return call == null || call.json() == null ? null : Prompt.of(call.json());
  }

  private static @Nullable Long tokens(Usage usage, String field) {
    Usage.Details details = usage.details();
    long count =
        switch (field) {
          case "inputTokens" -> usage.input();
          case "providerInputTokens" -> details.providerInput();
          case "inputImageTokens" -> details.inputImage();
          case "inputTextTokens" -> details.inputText();
          case "inputAudioTokens" -> usage.inputAudio();
          case "cachedInputTokens" -> usage.cacheRead();
          case "cacheCreationInputTokens" -> usage.cacheWrite();
          case "outputTokens" -> usage.output();
          case "outputImageTokens" -> details.outputImage();
          case "outputTextTokens" -> details.outputText();
          case "outputAudioTokens" -> usage.outputAudio();
          case "reasoningTokens" -> usage.reasoning();
          case "totalTokens" ->
              usage.input() == Usage.UNKNOWN || usage.output() == Usage.UNKNOWN
                  ? usage.total()
                  : usage.input() + usage.output();
          case "providerTotalTokens" -> usage.total();
          default -> Usage.UNKNOWN;
        };
    return count == Usage.UNKNOWN ? null : count;
  }

  private static @Nullable Duration seconds(double seconds) {
    return seconds < 0 ? null : Duration.ofNanos(Math.round(seconds * 1e9));
  }

  private static Map<String, Object> params(RequestParams params) {
    Map<String, Object> said = new LinkedHashMap<>();
    put(said, "temperature", params.temperature());
    put(said, "top_p", params.topP());
    put(said, "frequency_penalty", params.frequencyPenalty());
    put(said, "presence_penalty", params.presencePenalty());
    put(said, "seed", params.seed());
    put(said, "max_tokens", params.maxTokens());
    put(said, "encoding_format", params.encodingFormat());
    put(said, "dimensions", params.dimensions());
    return said;
  }

  private static void put(Map<String, Object> said, String name, @Nullable Object value) {
    if (value != null) {
      said.put(name, value);
    }
  }
}
