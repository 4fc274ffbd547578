package dev.postern.llm.provider;

import dev.postern.core.text.Secret;
import dev.postern.llm.wire.RouteType;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Describes a service or server of models: where it is, which formats it speaks, how it knows its
 * callers.
 *
 * <p>An immutable record with value equality. Applications may bring their own.
 */
public interface Provider {
  /** Returns the YAML key, as in {@code openAI}. */
  String kind();

  /** Returns the name in metrics, spans and logs, as in {@code openai} or {@code gcp.gemini}. */
  String system();

  /** Returns the model that all calls are sent to, or null to send the one that was asked for. */
  @Nullable String model();

  /** Returns the key the gateway identifies itself with, or null for none of its own. */
  @Nullable Secret apiKey();

  /**
   * Returns where the provider is by default, as in {@code https://api.openai.com}, without a path;
   * or null when that must be configured.
   */
  @Nullable String origin();

  /** Returns the path that its own paths start with by default, as in {@code /v1}, or nothing. */
  String pathPrefix();

  /**
   * Returns the path of a kind of call below the prefix, percent-encoded and possibly with a query;
   * or null if the provider does not speak that format.
   *
   * @param model the model the call goes to
   */
  @Nullable String path(RouteType type, String model);

  /**
   * Returns whether the path for a kind of call stands for itself and takes no {@linkplain
   * #pathPrefix default prefix}, only a configured one.
   */
  default boolean isOwnPath(RouteType type) {
    return false;
  }

  /**
   * Returns the header that carries the key.
   *
   * @param path the path that is called, with its prefix
   */
  default KeyHeader keyHeader(String path) {
    return KeyHeader.BEARER;
  }

  /**
   * Returns whether the provider knows a header of one vendor's own, such as {@code
   * openai-organization}; others never see it.
   *
   * @param name in lower case
   */
  default boolean knowsHeader(String name) {
    return false;
  }

  /** Returns the query parameters that clients may not set, because the provider's paths do. */
  default Set<String> ownQuery() {
    return Set.of();
  }

  /** Returns whether {@code max_tokens} is refused by this model, which has another name for it. */
  default boolean renamesMaxTokens(String model) {
    return false;
  }

  /** Returns whether streams tell their usage only when asked by {@code stream_options}. */
  default boolean usesStreamOptions() {
    return true;
  }
}
