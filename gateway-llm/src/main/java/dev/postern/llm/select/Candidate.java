package dev.postern.llm.select;

import dev.postern.core.exchange.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * A target, and the model it is asked for.
 *
 * @param target the target
 * @param model the model, or null if the call names none
 */
public record Candidate(LlmTarget target, @Nullable String model) {
  /** Where an exchange keeps the candidate that the attempt under way is for. */
  public static final AttributeKey<Candidate> CHOSEN = AttributeKey.of("llm.candidate");
}
