package dev.postern.policy.external;

/** What happens to requests while the authorization service cannot decide. */
public sealed interface FailureMode {
  /** They are refused. */
  FailureMode DENY = new Deny();

  /** They pass. */
  FailureMode ALLOW = new Allow();

  /** They are refused with the policy's {@code statusOnError}. */
  record Deny() implements FailureMode {}

  /** They pass, marked by a header that callers cannot set. */
  record Allow() implements FailureMode {}

  /**
   * They are refused with a status of their own.
   *
   * @param status 400 to 599
   */
  record DenyWithStatus(int status) implements FailureMode {
    /** Checks the status. */
    public DenyWithStatus {
      if (status < 400 || status > 599) {
        throw new IllegalArgumentException("status: " + status + " (expected: 400..599)");
      }
    }
  }
}
