package dev.postern.llm.select;

import org.jspecify.annotations.Nullable;

/**
 * A target that calls may go to, and the model they ask it for.
 *
 * @param target the target
 * @param aliases what names of models mean to it
 * @param fixedModel the model that it is always asked for, or null for that of the call
 */
public record Option(LlmTarget target, Aliases aliases, @Nullable String fixedModel) {
  /** Returns the model the target is asked for, or null if neither it nor the call names one. */
  @Nullable String model(@Nullable String asked) {
    if (fixedModel != null) {
      return fixedModel;
    }
    return asked == null ? null : aliases.resolve(asked);
  }

  /** Returns a name that tells it from others and is the same in every gateway. */
  String name() {
    return fixedModel == null ? target.name() : target.name() + '/' + fixedModel;
  }
}
