package dev.postern.core.spi;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides, for one exchange, what is tried, in which order, and when to stop.
 *
 * <p>The attempt loop asks; it owns deadlines, pauses, replay and cancellation. Used by one thread.
 */
public interface AttemptPlan {
  /** Something to try: an endpoint, a provider, a replica. */
  interface Target {
    /** Returns its name in logs and errors. */
    String name();

    /** Returns what serves the attempt, the backend phase included. */
    Handler handler();

    /**
     * Notes how the attempt went, for health. Not called for attempts that were called off.
     *
     * @param request what every attempt starts from
     */
    default void settled(Exchange exchange, GatewayRequest request, AttemptResult result) {}
  }

  /**
   * Returns what to try next, or null when nothing is left.
   *
   * @param number the number of the attempt, from 1
   * @throws dev.postern.core.exchange.GatewayException if there never was anything to try
   */
  @Nullable Target next(Exchange exchange, int number);

  /**
   * Returns how long to pause before another attempt, or null when {@code result} stands. Asked
   * only when the request can be sent again.
   *
   * @param request what every attempt starts from
   * @param number the number of the attempt that gave the result, from 1
   */
  @Nullable Duration again(
      Exchange exchange, GatewayRequest request, AttemptResult result, int number);

  /** Returns how many bytes of a streamed request body may be kept for another attempt. */
  long replayLimit();

  /** Returns whether a body over {@link #replayLimit} is refused instead of being sent once. */
  default boolean refusesLargeBodies() {
    return false;
  }

  /** Returns how long one attempt may take to its response head; zero for no limit. */
  default Duration attemptTimeout() {
    return Duration.ZERO;
  }

  /** Returns what the client gets, when no further attempt is made. */
  default AttemptResult conclude(AttemptResult last) {
    return last;
  }
}
