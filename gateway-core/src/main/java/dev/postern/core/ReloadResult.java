package dev.postern.core;

import java.util.List;

/**
 * What became of a reload.
 *
 * @param status whether the new configuration is in use
 * @param version the version in use now; grows with each applied configuration
 * @param problems what is wrong with the new configuration; empty unless it was rejected
 * @param warnings what is odd about it
 * @param durationMillis how long the reload took
 */
public record ReloadResult(
    Status status,
    long version,
    List<InvalidConfigurationException.Problem> problems,
    List<String> warnings,
    long durationMillis) {
  /** What became of a reload. */
  public enum Status {
    /** The new configuration is in use. */
    APPLIED,
    /** The new configuration is equal to the one in use. */
    UNCHANGED,
    /** The new configuration is wrong; the earlier one stays in use. */
    REJECTED
  }
}
