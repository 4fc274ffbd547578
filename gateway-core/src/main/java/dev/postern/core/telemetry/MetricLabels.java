package dev.postern.core.telemetry;

import dev.postern.core.exchange.ExpressionText;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Labels of the metrics of requests that no metric has by itself.
 *
 * @param add labels with what is shown in them, evaluated when a request has ended; what is null or
 *     has no value is {@code unknown}, and what comes after 500 different values is {@code other}
 */
public record MetricLabels(Map<String, ExpressionText> add) {
  /** None. */
  public static final MetricLabels DEFAULT = new MetricLabels(Map.of());

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

  /** The labels that some metric of requests has by itself. */
  private static final Set<String> OWN =
      Set.of(
          "bind",
          "gateway",
          "listener",
          "route",
          "route_rule",
          "backend",
          "protocol",
          "method",
          "status",
          "reason",
          "le");

  /**
   * Checks the names; their order is kept.
   *
   * @throws IllegalArgumentException if one is no label, or one that metrics have by themselves
   */
  public MetricLabels {
    for (String name : add.keySet()) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "add: \"" + name + "\" (expected: letters, digits, underscores and dots)");
      }
      if (OWN.contains(name) || name.startsWith("gen_ai_")) {
        throw new IllegalArgumentException(
            "add: " + name + " (expected: a label that metrics do not have by themselves)");
      }
    }
    add = NamedExpression.copy("add", add);
  }

  /** Returns these labels and another one. */
  public MetricLabels add(String label, String expression) {
    return new MetricLabels(NamedExpression.plus(add, label, expression));
  }
}
