package dev.postern.core.telemetry;

import java.util.List;

/**
 * Which metrics are collected, and how many series.
 *
 * @param remove names of metrics that are not collected, with or without {@code agentgateway_} in
 *     front and {@code _total} or {@code _seconds} at the end
 * @param maxSeries the most label sets of one metric; what goes beyond counts in one more series
 *     whose labels are {@code other}
 */
public record Metrics(List<String> remove, int maxSeries) {
  /** All metrics, 2000 series each. */
  public static final Metrics DEFAULT = new Metrics(List.of(), 2000);

  /**
   * Checks the number of series.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Metrics {
    if (maxSeries < 1) {
      throw new IllegalArgumentException("maxSeries: " + maxSeries + " (expected: at least 1)");
    }
    remove = List.copyOf(remove);
  }
}
