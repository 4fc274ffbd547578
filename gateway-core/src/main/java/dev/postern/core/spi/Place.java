package dev.postern.core.spi;

import java.util.Locale;

/** Where a policy is attached, and so when it runs. */
public enum Place {
  /** Before the route is chosen. */
  GATEWAY,
  /** Once per request, after the route is chosen. */
  ROUTE,
  /** Once per attempt, after the backend is chosen. */
  BACKEND;

  /**
   * Returns what to throw for a policy that cannot run here.
   *
   * @param kind the policy's {@linkplain Policy#kind() kind}
   * @param expected where it can, such as {@code a gateway or a route}
   */
  public IllegalArgumentException misplaced(String kind, String expected) {
    String here = name().toLowerCase(Locale.ROOT);
    return new IllegalArgumentException(
        kind + ": cannot run at a " + here + " (expected: " + expected + ")");
  }
}
