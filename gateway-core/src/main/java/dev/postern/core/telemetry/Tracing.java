package dev.postern.core.telemetry;

import java.util.List;

/**
 * How many requests are traced.
 *
 * <p>Trace context of callers is passed on in any case.
 *
 * @param clientSampling the share of requests that get spans among those whose caller samples them,
 *     0 to 1
 * @param randomSampling the share of requests that get spans among those that come without a trace
 *     context, 0 to 1
 * @param remove names of attributes that spans do not show
 */
public record Tracing(double clientSampling, double randomSampling, List<String> remove) {
  /** Follows the caller's decision; starts no traces. */
  public static final Tracing DEFAULT = new Tracing(1, 0, List.of());

  /**
   * Checks the shares.
   *
   * @throws IllegalArgumentException if one is not between 0 and 1
   */
  public Tracing {
    checkShare("clientSampling", clientSampling);
    checkShare("randomSampling", randomSampling);
    remove = List.copyOf(remove);
  }

  private static void checkShare(String name, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(name + ": " + share + " (expected: 0..1)");
    }
  }
}
