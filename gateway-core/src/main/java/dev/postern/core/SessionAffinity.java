package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.Policy;

/**
 * Sends requests with the same key to the same endpoint of a backend, as long as it is in service.
 *
 * <p>The key of a request chooses among the active endpoints by rendezvous hashing: when one is
 * taken out of service, only its own keys move, and they come back with it. A request without a key
 * is balanced as usual.
 *
 * @param source an expression on the request for the key, as in {@code jwt.sub}; a request for
 *     which it is no text, is empty or has no value has no key
 */
public record SessionAffinity(ExpressionText source) implements Policy {
  /** Checks that there is an expression. */
  public SessionAffinity {
    requireNonNull(source, "source");
  }

  /** Returns a policy with this expression for the key. */
  public static SessionAffinity by(String source) {
    return new SessionAffinity(ExpressionText.parse(source));
  }

  @Override
  public String kind() {
    return "sessionAffinity";
  }
}
