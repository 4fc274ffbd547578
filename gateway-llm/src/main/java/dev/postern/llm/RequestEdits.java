package dev.postern.llm;

import dev.postern.core.json.Json;
import dev.postern.core.json.JsonKind;
import dev.postern.core.json.JsonScan;
import dev.postern.core.json.JsonSplice;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.wire.RouteType;
import dev.postern.llm.wire.openai.OpenAiRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything the gateway may change in the body of a request to a provider that speaks the client's
 * format: the model, configured members, the switch for usage at the end of a stream, and the name
 * of the limit on tokens. All else stays to the byte.
 */
final class RequestEdits {
  private static final List<String> INCLUDE_USAGE = List.of("stream_options", "include_usage");

  private final Provider provider;
  private final Map<String, Json> defaults;
  private final Map<String, Json> overrides;

  RequestEdits(Provider provider, Map<String, Json> defaults, Map<String, Json> overrides) {
    this.provider = provider;
    this.defaults = defaults;
    this.overrides = overrides;
  }

  /** Returns whether the gateway asks for the usage of a stream in the client's place. */
  boolean asksForUsage(OpenAiRequest request) {
    return request.type() == RouteType.COMPLETIONS
        && request.streaming()
        && provider.usesStreamOptions()
        && !request.asksForUsage();
  }

  /** Returns the body for the provider: the client's own array when nothing is to change. */
  byte[] apply(OpenAiRequest request, @Nullable String model) {
    JsonScan json = request.json();
    JsonSplice splice = null;
    if (model != null && !model.equals(request.model())) {
      splice = JsonSplice.of(json).set("model", Json.of(model));
    }
    if (!overrides.isEmpty() || !defaults.isEmpty()) {
      splice = splice == null ? JsonSplice.of(json) : splice;
      for (Map.Entry<String, Json> override : overrides.entrySet()) {
        splice.set(override.getKey(), override.getValue());
      }
      for (Map.Entry<String, Json> member : defaults.entrySet()) {
        splice.setIfAbsent(member.getKey(), member.getValue());
      }
    }
    if (asksForUsage(request)) {
      splice = splice == null ? JsonSplice.of(json) : splice;
      splice.set(INCLUDE_USAGE, Json.of(true));
    }
    if (request.type() == RouteType.COMPLETIONS) {
      splice = renameMaxTokens(json, model, splice);
    }
    return splice == null || !splice.isChanged() ? request.body() : splice.toBytes();
  }

  private @Nullable JsonSplice renameMaxTokens(
      JsonScan json, @Nullable String model, @Nullable JsonSplice splice) {
    if (model == null || !provider.renamesMaxTokens(model)) {
      return splice;
    }
    JsonScan limit = json.find("max_tokens").orElse(null);
    if (limit == null || limit.kind() != JsonKind.NUMBER || overrides.containsKey("max_tokens")) {
      return splice;
    }
    JsonSplice renamed = splice == null ? JsonSplice.of(json) : splice;
    renamed.remove("max_tokens");
    return renamed.setIfAbsent("max_completion_tokens", limit.toJson());
  }
}
