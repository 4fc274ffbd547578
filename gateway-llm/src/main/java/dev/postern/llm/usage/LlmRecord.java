package dev.postern.llm.usage;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.RequestRecord;
import org.jspecify.annotations.Nullable;

/**
 * The facts of one call to a model: the part of the {@link RequestRecord} that only such calls
 * have.
 *
 * <p>Filled in while the call runs, by the thread that runs it; complete when the exchange ends.
 * Times are those of the exchange's timers.
 */
public final class LlmRecord implements RequestRecord.ProtocolFields {
  /** Where an exchange keeps its record. */
  public static final AttributeKey<LlmRecord> KEY = AttributeKey.of("llm");

  private static final double NANOS = 1e9;

  private final String operation;
  private final long startNanos;
  private boolean streaming;
  private @Nullable String requestModel;
  private @Nullable String modelLabel;
  private @Nullable String virtualModel;
  private @Nullable String provider;
  private @Nullable String responseModel;
  private @Nullable String responseId;
  private @Nullable String finishReason;
  private @Nullable Usage usage;
  private @Nullable String serviceTier;
  private @Nullable Completion completion;
  private boolean readsServiceTier;
  private RequestParams params = RequestParams.NONE;
  private long estimatedInput;
  private long pieces;
  private long firstContentNanos;
  private long lastContentNanos;
  private boolean truncated;

  /**
   * Starts a record.
   *
   * @param operation the GenAI name of the operation, as in {@code chat}
   * @param startNanos when the request was accepted
   */
  public LlmRecord(String operation, long startNanos) {
    this.operation = requireNonNull(operation, "operation");
    this.startNanos = startNanos;
  }

  /** Returns the GenAI name of the operation. */
  public String operation() {
    return operation;
  }

  /** Returns whether the client asked for a stream. */
  public boolean streaming() {
    return streaming;
  }

  /** Sets whether the client asked for a stream. */
  public void streaming(boolean streaming) {
    this.streaming = streaming;
  }

  /** Returns the model the client asked for, or null. */
  public @Nullable String requestModel() {
    return requestModel;
  }

  /** Sets the model the client asked for. */
  public void requestModel(@Nullable String requestModel) {
    this.requestModel = requestModel;
  }

  /** Returns how metrics name the model that was asked for: a configured name, or null. */
  public @Nullable String modelLabel() {
    return modelLabel;
  }

  /** Sets how metrics name the model that was asked for. */
  public void modelLabel(String modelLabel) {
    this.modelLabel = modelLabel;
  }

  /** Returns the virtual model the client asked for, or null. */
  public @Nullable String virtualModel() {
    return virtualModel;
  }

  /** Sets the virtual model the client asked for. */
  public void virtualModel(String virtualModel) {
    this.virtualModel = virtualModel;
  }

  /** Returns the GenAI name of the provider of the last attempt, or null before one. */
  public @Nullable String provider() {
    return provider;
  }

  /** Sets the provider of the attempt that starts; what earlier attempts told is forgotten. */
  public void attempting(String provider) {
    this.provider = provider;
    responseModel = null;
    responseId = null;
    finishReason = null;
    serviceTier = null;
    completion = completion == null ? null : new Completion();
    firstContentNanos = 0;
    lastContentNanos = 0;
    truncated = false;
  }

  /** Returns the model that answered, or null. */
  public @Nullable String responseModel() {
    return responseModel;
  }

  /** Sets the model that answered. */
  public void responseModel(@Nullable String responseModel) {
    this.responseModel = responseModel;
  }

  /** Collects what the model says, because somebody will ask for it. */
  public void collectCompletion() {
    completion = new Completion();
  }

  /** Returns what the model said, or null if nobody asked for it to be collected. */
  public @Nullable Completion completion() {
    return completion;
  }

  /** Reads the service tier, because somebody will ask for it. */
  public void readServiceTier() {
    readsServiceTier = true;
  }

  boolean readsServiceTier() {
    return readsServiceTier;
  }

  /** Returns the service tier that the provider told of, or null. */
  public @Nullable String serviceTier() {
    return serviceTier;
  }

  void serviceTier(@Nullable String serviceTier) {
    this.serviceTier = serviceTier == null ? this.serviceTier : serviceTier;
  }

  /** Returns the provider's id of the answer, or null. */
  public @Nullable String responseId() {
    return responseId;
  }

  /** Sets the provider's id of the answer. */
  public void responseId(@Nullable String responseId) {
    this.responseId = responseId;
  }

  /** Returns why the model stopped, or null. */
  public @Nullable String finishReason() {
    return finishReason;
  }

  /** Sets why the model stopped. */
  public void finishReason(@Nullable String finishReason) {
    this.finishReason = finishReason;
  }

  /** Returns the tokens, or null if nobody told. */
  public @Nullable Usage usage() {
    return usage;
  }

  /** Adds what was told about tokens; later numbers replace earlier ones. */
  public void usage(Usage told) {
    usage = usage == null ? told : usage.updatedBy(told);
  }

  /** Returns what the request asks of the model. */
  public RequestParams params() {
    return params;
  }

  /** Sets what the request asks of the model. */
  public void params(RequestParams params) {
    this.params = params;
  }

  /** Sets about how many tokens the input has, for when nobody tells. */
  public void estimatedInput(long tokens) {
    this.estimatedInput = tokens;
  }

  /**
   * Returns the tokens that the provider counted. When it did not get to tell because its answer
   * broke off, the estimated input and one token for each piece of content.
   */
  @Override
  public long tokens() {
    Usage usage = this.usage;
    if (usage == null) {
      return pieces == 0 ? 0 : estimatedInput + pieces;
    }
    return usage.total() == Usage.UNKNOWN
        ? Math.max(usage.input(), 0) + Math.max(usage.output(), 0)
        : usage.total();
  }

  /** Notes that content of the answer came. */
  public void content(long nanos) {
    pieces++;
    if (firstContentNanos == 0) {
      firstContentNanos = nanos;
    }
    lastContentNanos = nanos;
  }

  /** Returns whether content of a streamed answer came. */
  public boolean hasContent() {
    return firstContentNanos != 0;
  }

  /** Returns whether the answer broke off before its end. */
  public boolean truncated() {
    return truncated;
  }

  /** Notes that the answer broke off before its end. */
  public void truncated(boolean truncated) {
    this.truncated = truncated;
  }

  /** Returns the seconds from the request to the first content of a stream, or -1. */
  public double timeToFirstToken() {
    return firstContentNanos == 0 ? -1 : (firstContentNanos - startNanos) / NANOS;
  }

  /** Returns the seconds per token of output after the first, or -1. */
  public double timePerOutputToken() {
    Usage usage = this.usage;
    if (firstContentNanos == 0 || usage == null || usage.output() < 2) {
      return -1;
    }
    return (lastContentNanos - firstContentNanos) / NANOS / (usage.output() - 1);
  }

  @Override
  public void writeTo(RequestRecord.FieldSink sink) {
    text(sink, "gen_ai.operation.name", operation);
    text(sink, "gen_ai.provider.name", provider);
    text(sink, "gen_ai.request.model", requestModel);
    text(sink, "gen_ai.response.model", responseModel);
    Usage usage = this.usage;
    if (usage != null) {
      count(sink, "gen_ai.usage.input_tokens", usage.input());
      count(sink, "gen_ai.usage.cache_creation.input_tokens", usage.cacheWrite());
      count(sink, "gen_ai.usage.cache_read.input_tokens", usage.cacheRead());
      count(sink, "gen_ai.usage.output_tokens", usage.output());
      count(sink, "gen_ai.usage.reasoning_tokens", usage.reasoning());
    }
    seconds(sink, "agw.ai.time_to_first_token", timeToFirstToken());
    seconds(sink, "agw.ai.time_per_output_token", timePerOutputToken());
    if (usage != null) {
      count(sink, "gen_ai.usage.input_audio_tokens", usage.inputAudio());
      count(sink, "gen_ai.usage.output_audio_tokens", usage.outputAudio());
    }
    number(sink, "gen_ai.request.temperature", params.temperature());
    whole(sink, "gen_ai.embeddings.dimension.count", params.dimensions());
    text(sink, "gen_ai.request.encoding_formats", params.encodingFormat());
    number(sink, "gen_ai.request.top_p", params.topP());
    whole(sink, "gen_ai.request.max_tokens", params.maxTokens());
    number(sink, "gen_ai.request.frequency_penalty", params.frequencyPenalty());
    number(sink, "gen_ai.request.presence_penalty", params.presencePenalty());
    whole(sink, "gen_ai.request.seed", params.seed());
    text(sink, "gen_ai.response.finish_reasons", finishReason);
  }

  private static void text(RequestRecord.FieldSink sink, String name, @Nullable String value) {
    if (value != null) {
      sink.field(name, value);
    }
  }

  private static void count(RequestRecord.FieldSink sink, String name, long value) {
    if (value != Usage.UNKNOWN) {
      sink.field(name, value);
    }
  }

  private static void whole(RequestRecord.FieldSink sink, String name, @Nullable Long value) {
    if (value != null) {
      sink.field(name, value.longValue());
    }
  }

  private static void number(RequestRecord.FieldSink sink, String name, @Nullable Double value) {
    if (value != null) {
      sink.field(name, value.doubleValue());
    }
  }

  private static void seconds(RequestRecord.FieldSink sink, String name, double value) {
    if (value >= 0) {
      sink.field(name, value);
    }
  }
}
