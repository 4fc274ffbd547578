package dev.postern.policy.authn;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Reason;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.StateType;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Computes hashes of passwords, no more at a time than there are processors.
 *
 * <p>Hashes are made to be slow; whoever sends many passwords must not take the processors from all
 * others. Shared by the policies of a gateway.
 */
final class Hashing {
  private static final StateType<Integer, Hashing> STATE =
      new StateType<>() {
        @Override
        public Hashing create(Integer processors, GatewayContext context) {
          return new Hashing(processors, processors * WAITING_EACH);
        }
      };

  private static final int WAITING_EACH = 32;

  private final Semaphore processors;
  private final int mostWaiting;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong computed = new AtomicLong();

  Hashing(int processors, int mostWaiting) {
    this.processors = new Semaphore(processors);
    this.mostWaiting = mostWaiting;
  }

  static Hashing of(GatewayContext context) {
    return context.state(STATE, "hashing", Runtime.getRuntime().availableProcessors());
  }

  /**
   * Returns whether a hash is that of a password.
   *
   * @throws dev.postern.core.exchange.GatewayException with status 503 if too many wait already
   */
  boolean matches(Exchange exchange, PasswordHash hash, byte[] password) {
    if (!processors.tryAcquire()) {
      waitForOne();
    }
    try {
      exchange.scope().check();
      computed.incrementAndGet();
      return hash.matches(password);
    } finally {
      processors.release();
    }
  }

  private void waitForOne() {
    if (waiting.incrementAndGet() > mostWaiting) {
      waiting.decrementAndGet();
      throw Reason.OVERLOAD.exception("overloaded").header("retry-after", "1");
    }
    try {
      processors.acquireUninterruptibly();
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** Returns how many hashes were computed. */
  long computed() {
    return computed.get();
  }
}
