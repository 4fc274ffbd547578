package dev.postern.core;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.spi.ExpressionEngine.Moment;
import dev.postern.core.spi.ExpressionEngine.Result;
import dev.postern.core.telemetry.Projections;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The expressions of logs, spans and metrics, compiled. */
final class TelemetryExpressions implements Projections.Compiler {
  private static final String SECTION = "frontendPolicies.";

  private final SnapshotContext start;
  private final SnapshotContext end;
  private final Problems problems;
  private final List<String> recording = new ArrayList<>();
  private Projections projections = Projections.DEFAULT;

  private TelemetryExpressions(SnapshotContext start, SnapshotContext end, Problems problems) {
    this.start = start;
    this.end = end;
    this.problems = problems;
  }

  /**
   * Compiles what a configuration says.
   *
   * @param context that of the snapshot, whose policies and backends were made already
   * @param problems takes what is wrong
   */
  static TelemetryExpressions of(
      FrontendPolicies policies, SnapshotContext context, Problems problems) {
    TelemetryExpressions made = new TelemetryExpressions(context, context.overall(), problems);
    made.projections =
        Projections.of(
            policies.accessLog(),
            policies.tracing(),
            policies.metrics(),
            Math.toIntExact(context.buffers().limit()),
            made);
    policies
        .tracing()
        .resources()
        .forEach(
            (name, text) -> made.checked("tracing.resources." + name, () -> made.resource(text)));
    return made;
  }

  Projections projections() {
    return projections;
  }

  /** Returns the positions of expressions that record contents. */
  List<String> recording() {
    return recording;
  }

  @Override
  public @Nullable Expression end(String path, ExpressionText text, boolean condition) {
    Expression[] compiled = new Expression[1];
    checked(
        path,
        () ->
            compiled[0] =
                end.expression(text, Moment.END, condition ? Result.BOOLEAN : Result.ANY));
    Expression expression = compiled[0];
    if (expression != null) {
      note(path, text, expression.needs());
    }
    return expression;
  }

  @Override
  public @Nullable Expression start(String path, ExpressionText text) {
    Expression[] compiled = new Expression[1];
    checked(path, () -> compiled[0] = beforeBody(text));
    return compiled[0];
  }

  private Expression beforeBody(ExpressionText text) {
    Expression expression = start.expression(text, Moment.REQUEST, Result.ANY);
    if (expression.needs().requestBody()) {
      throw new ExpressionException(
          text, -1, "looks at the body (expected: an expression over the head of the request)");
    }
    return expression;
  }

  private void resource(ExpressionText text) {
    Expression unused = start.expression(text, Moment.CONNECTION, Result.ANY);
  }

  private void checked(String path, Runnable compiling) {
    problems.check(SECTION + path, compiling);
  }

  private void note(String path, ExpressionText text, Expression.Needs needs) {
    if (end.shows(needs)) {
      ExpressionText.Origin origin = text.origin();
      recording.add(origin == null ? SECTION + path : origin.path());
    }
  }
}
