package dev.postern.llm.select;

import org.jspecify.annotations.Nullable;

/**
 * Where a call may go.
 *
 * @param label how metrics name the model that was asked for, or null if the call names none
 * @param virtualModel the virtual model that was asked for, or null
 * @param model the model that was asked for, or null if the call names none
 * @param options where the call may go
 */
public record Resolution(
    @Nullable String label,
    @Nullable String virtualModel,
    @Nullable String model,
    Options options) {}
