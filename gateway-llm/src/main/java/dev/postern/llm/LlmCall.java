package dev.postern.llm;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.http.Headers;
import dev.postern.core.json.JsonScan;
import dev.postern.llm.usage.LlmRecord;
import dev.postern.llm.wire.RouteType;
import dev.postern.llm.wire.openai.OpenAiRequest;
import org.jspecify.annotations.Nullable;

/**
 * What the attempts of one call start from.
 *
 * @param type the kind of call
 * @param request the request, read; null for calls that are forwarded as they came
 * @param json where the members of the request lie; null if it is not JSON, or nobody has read it
 * @param streaming whether a stream is asked for
 * @param credentials the client's own credentials, for providers that know the client
 * @param streamIdleNanos how long a stream may say nothing, 0 for ever, -1 for the default
 * @param record the facts of the call
 */
record LlmCall(
    RouteType type,
    @Nullable OpenAiRequest request,
    @Nullable JsonScan json,
    boolean streaming,
    Headers credentials,
    long streamIdleNanos,
    LlmRecord record) {
  static final AttributeKey<LlmCall> KEY = AttributeKey.of("llm.call");

  /**
   * Returns whether the client gets a stream or an error: embeddings come whole, as asked or not.
   */
  boolean wantsStream() {
    return streaming && (type == RouteType.COMPLETIONS || type == RouteType.RESPONSES);
  }
}
