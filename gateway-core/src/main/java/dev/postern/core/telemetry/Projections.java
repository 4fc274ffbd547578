package dev.postern.core.telemetry;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import io.opentelemetry.api.common.AttributeKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration tells of requests in logs, spans and metrics, its expressions compiled.
 * Immutable.
 */
public final class Projections {
  /** The most bytes of a body that are recorded by default. */
  public static final int BODY_LIMIT = 2 * 1024 * 1024;

  /** What is told when nobody says anything. */
  public static final Projections DEFAULT =
      new Projections(
          new OfLog(null, List.of(), Set.of()),
          new OfSpans(new Share(1, null), new Share(0, null), null, List.of(), Set.of()),
          List.of(),
          List.of(),
          BODY_LIMIT);

  private final OfLog log;
  private final OfSpans spans;
  private final List<AttributeKey<String>> labels;
  private final List<NamedExpression> labelValues;
  private final int bodyLimit;
  private final boolean requestBody;
  private final boolean responseBody;
  private final boolean evaluates;

  /** The access log. */
  record OfLog(@Nullable Expression filter, List<NamedExpression> fields, Set<String> removed) {}

  /** The spans of requests. */
  record OfSpans(
      Share clientSampling,
      Share randomSampling,
      @Nullable Expression filter,
      List<NamedExpression> attributes,
      Set<String> removed) {}

  /**
   * A share of requests.
   *
   * @param expression what gives it for each request, or null if it is always the same
   */
  record Share(double value, @Nullable Expression expression) {}

  /** Compiles the expressions of a configuration. */
  public interface Compiler {
    /**
     * Compiles what is evaluated when a request has ended.
     *
     * @param path where it stands, as in {@code accessLog.filter}
     * @param condition whether it must be true or false
     * @return null if it cannot be compiled; that was noted, and the configuration is refused
     */
    @Nullable Expression end(String path, ExpressionText text, boolean condition);

    /**
     * Compiles what is evaluated when a request starts.
     *
     * @param path where it stands, as in {@code tracing.randomSampling}
     * @return null if it cannot be compiled; that was noted, and the configuration is refused
     */
    @Nullable Expression start(String path, ExpressionText text);
  }

  private Projections(
      OfLog log,
      OfSpans spans,
      List<AttributeKey<String>> labels,
      List<NamedExpression> labelValues,
      int bodyLimit) {
    this.log = log;
    this.spans = spans;
    this.labels = labels;
    this.labelValues = labelValues;
    this.bodyLimit = bodyLimit;
    boolean request = false;
    boolean response = false;
    for (Expression expression : atEnd()) {
      request |= expression.needs().requestBody();
      response |= expression.needs().responseBody();
    }
    this.requestBody = request;
    this.responseBody = response;
    this.evaluates = !atEnd().isEmpty();
  }

  /**
   * Returns what a configuration says, compiled.
   *
   * @param bodyLimit the most bytes of a body that are recorded for expressions
   */
  public static Projections of(
      AccessLog log, Tracing tracing, MetricLabels metrics, int bodyLimit, Compiler compiler) {
    List<NamedExpression> labelValues = all("metrics.add", metrics.add(), compiler);
    return new Projections(
        new OfLog(
            condition("accessLog.filter", log.filter(), compiler),
            all("accessLog.add", log.add(), compiler),
            Set.copyOf(log.remove())),
        new OfSpans(
            share("tracing.clientSampling", tracing.clientSampling(), compiler),
            share("tracing.randomSampling", tracing.randomSampling(), compiler),
            condition("tracing.filter", tracing.filter(), compiler),
            all("tracing.attributes", tracing.attributes(), compiler),
            Set.copyOf(tracing.remove())),
        labelValues.stream().map(label -> AttributeKey.stringKey(label.name())).toList(),
        labelValues,
        bodyLimit);
  }

  private static @Nullable Expression condition(
      String path, @Nullable ExpressionText text, Compiler compiler) {
    return text == null ? null : compiler.end(path, text, true);
  }

  private static List<NamedExpression> all(
      String path, Map<String, ExpressionText> texts, Compiler compiler) {
    List<NamedExpression> compiled = new ArrayList<>();
    texts.forEach((name, text) -> {
      Expression expression = compiler.end(path + "." + name, text, false);
      if (expression != null) {
        compiled.add(new NamedExpression(name, expression));
      }
    });
    return List.copyOf(compiled);
  }

  private static Share share(String path, Sampling sampling, Compiler compiler) {
    Double share = sampling.share();
    return share == null
        ? new Share(0, compiler.start(path, sampling.value()))
        : new Share(share, null);
  }

  OfLog log() {
    return log;
  }

  OfSpans spans() {
    return spans;
  }

  /** Returns the labels that are added to metrics. */
  List<AttributeKey<String>> labels() {
    return labels;
  }

  /** Returns what stands in the labels. */
  List<NamedExpression> labelValues() {
    return labelValues;
  }

  /** Returns the most bytes of a body that are recorded. */
  int bodyLimit() {
    return bodyLimit;
  }

  /** Returns whether an expression may ask for the body of the request. */
  boolean requestBody() {
    return requestBody;
  }

  /** Returns whether an expression may ask for the body of the response. */
  boolean responseBody() {
    return responseBody;
  }

  /** Returns whether there is anything to evaluate when a request has ended. */
  boolean evaluates() {
    return evaluates;
  }

  private List<Expression> atEnd() {
    List<Expression> all = new ArrayList<>();
    if (log.filter != null) {
      all.add(log.filter);
    }
    if (spans.filter != null) {
      all.add(spans.filter);
    }
    for (List<NamedExpression> some : List.of(log.fields, spans.attributes, labelValues)) {
      some.forEach(named -> all.add(named.expression()));
    }
    return all;
  }
}
