package dev.postern.core.spi;

/** Where a policy is attached, and so when it runs. */
public enum Place {
  /** Before the route is chosen. */
  GATEWAY,
  /** Once per request, after the route is chosen. */
  ROUTE,
  /** Once per attempt, after the backend is chosen. */
  BACKEND
}
