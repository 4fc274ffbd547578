package dev.postern.llm.select;

import dev.postern.core.exchange.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * The target that an attempt goes to.
 *
 * @param target the target
 * @param model the model it is asked for, or null if the call names none
 */
public record Candidate(LlmTarget target, @Nullable String model) {
  /** Where an exchange keeps the candidate of the attempt under way. */
  public static final AttributeKey<Candidate> CHOSEN = AttributeKey.of("llm.candidate");
}
