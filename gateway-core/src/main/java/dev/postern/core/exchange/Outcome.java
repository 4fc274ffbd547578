package dev.postern.core.exchange;

import org.jspecify.annotations.Nullable;

/**
 * How an exchange ended.
 *
 * @param kind how
 * @param failure what broke, or null unless it failed
 */
public record Outcome(Kind kind, @Nullable Throwable failure) {
  /** The ways to end. */
  public enum Kind {
    /** The response was handed over to its last byte. */
    DONE,
    /** The response broke off. */
    FAILED,
    /** Nobody wanted the rest of the response. */
    ABANDONED
  }

  /** The response was handed over to its last byte. */
  public static final Outcome DONE = new Outcome(Kind.DONE, null);

  /** Nobody wanted the rest of the response. */
  public static final Outcome ABANDONED = new Outcome(Kind.ABANDONED, null);

  /** Returns the outcome of a response that broke off. */
  public static Outcome failed(Throwable failure) {
    return new Outcome(Kind.FAILED, failure);
  }
}
