package dev.postern.core.spi;

import dev.postern.core.exchange.Attempt;
import dev.postern.core.http.GatewayResponse;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt went: a response, or a failure before there was one.
 *
 * @param attempt which one
 * @param response the response, whose body nobody has read, or null
 * @param failure what broke, or null
 */
public record AttemptResult(
    Attempt attempt, @Nullable GatewayResponse response, @Nullable Exception failure) {
  /** Returns the status of the response, or 0 for a failure. */
  public int status() {
    return response == null ? 0 : response.status();
  }
}
