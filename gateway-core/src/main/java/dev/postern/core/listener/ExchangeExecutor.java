package dev.postern.core.listener;

/**
 * Which threads run the exchanges of a listener.
 *
 * @param kind the kind of thread
 * @param cap the most exchanges at once on platform threads; beyond it requests are answered with
 *     503
 */
public record ExchangeExecutor(Kind kind, int cap) {
  /** The kinds of thread. */
  public enum Kind {
    /** Virtual threads on Java 24 and newer, otherwise platform threads. */
    AUTO,
    /** One virtual thread per exchange. */
    VIRTUAL,
    /** A bounded pool of platform threads. */
    PLATFORM
  }

  /** The cap of the platform pool when none is given. */
  public static final int DEFAULT_CAP = 512;

  /** Virtual threads where they do not pin their carriers, otherwise a pool of platform threads. */
  public static final ExchangeExecutor AUTO = new ExchangeExecutor(Kind.AUTO, DEFAULT_CAP);

  /** Virtual threads. */
  public static final ExchangeExecutor VIRTUAL = new ExchangeExecutor(Kind.VIRTUAL, DEFAULT_CAP);

  /** Checks the cap. */
  public ExchangeExecutor {
    if (cap < 1) {
      throw new IllegalArgumentException("cap: " + cap + " (expected: at least 1)");
    }
  }

  /** Returns a pool of at most {@code cap} platform threads. */
  public static ExchangeExecutor platform(int cap) {
    return new ExchangeExecutor(Kind.PLATFORM, cap);
  }

  /** Returns whether exchanges run on virtual threads in this JVM. */
  public boolean usesVirtualThreads() {
    return switch (kind) {
      case VIRTUAL -> true;
      case PLATFORM -> false;
      // Before Java 24 a virtual thread that waits inside a monitor holds its carrier (JEP 491).
      case AUTO -> Runtime.version().feature() >= 24;
    };
  }
}
