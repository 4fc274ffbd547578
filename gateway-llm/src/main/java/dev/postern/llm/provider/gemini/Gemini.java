package dev.postern.llm.provider.gemini;

import static java.util.Objects.requireNonNull;

import dev.postern.core.text.Secret;
import dev.postern.llm.provider.KeyHeader;
import dev.postern.llm.provider.Provider;
import dev.postern.llm.wire.RouteType;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Google AI Studio, for now through its endpoint that speaks OpenAI's formats.
 *
 * @param model the model that all calls are sent to, or null to send the one that was asked for
 * @param apiKey the key, or null for none of its own
 * @param chatPath which endpoint chats go to; {@code compat} by default
 */
public record Gemini(@Nullable String model, @Nullable Secret apiKey, ChatPath chatPath)
    implements Provider {
  private static final KeyHeader GOOGLE_KEY = new KeyHeader("x-goog-api-key", "");

  /** The endpoints for chats. */
  public enum ChatPath {
    /** The one that speaks OpenAI's formats. */
    COMPAT,
    /** Gemini's own. */
    NATIVE
  }

  /**
   * Checks the endpoint.
   *
   * @throws IllegalArgumentException if it is not supported yet
   */
  public Gemini {
    if (chatPath == ChatPath.NATIVE) {
      throw new IllegalArgumentException("chatPath: native is not supported yet");
    }
  }

  /** Returns Gemini without a key of its own. */
  public static Gemini withoutKey() {
    return new Gemini(null, null, ChatPath.COMPAT);
  }

  /** Returns Gemini, called with a key. */
  public static Gemini withKey(Secret apiKey) {
    return new Gemini(null, requireNonNull(apiKey, "apiKey"), ChatPath.COMPAT);
  }

  /** Returns this with all calls sent to one model. */
  public Gemini model(String model) {
    return new Gemini(requireNonNull(model, "model"), apiKey, chatPath);
  }

  @Override
  public String kind() {
    return "gemini";
  }

  @Override
  public String system() {
    return "gcp.gemini";
  }

  @Override
  public String origin() {
    return "https://generativelanguage.googleapis.com";
  }

  @Override
  public String pathPrefix() {
    return "/v1beta/openai";
  }

  @Override
  public @Nullable String path(RouteType type, String model) {
    return switch (type) {
      case COMPLETIONS -> "/chat/completions";
      case EMBEDDINGS -> "/embeddings";
      default -> null;
    };
  }

  @Override
  public KeyHeader keyHeader(String path) {
    return path.contains("/openai/") ? KeyHeader.BEARER : GOOGLE_KEY;
  }

  @Override
  public boolean knowsHeader(String name) {
    return name.equals("x-goog-user-project");
  }

  @Override
  public Set<String> ownQuery() {
    return Set.of("alt");
  }
}
