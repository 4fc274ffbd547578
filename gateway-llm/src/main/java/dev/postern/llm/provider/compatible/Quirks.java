package dev.postern.llm.provider.compatible;

/**
 * What a server cannot do that others of its kind can.
 *
 * @param noStreamOptions whether it refuses {@code stream_options}, so that the usage of streams
 *     cannot be asked for in the client's place
 */
public record Quirks(boolean noStreamOptions) {
  /** None. */
  public static final Quirks NONE = new Quirks(false);
}
