package dev.postern.core.telemetry;

import dev.postern.core.exchange.ExpressionText;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which requests are traced, and what their spans show.
 *
 * <p>Trace context of callers is passed on in any case.
 *
 * @param clientSampling the requests that get spans among those whose caller samples them
 * @param randomSampling the requests that get spans among those that come without a trace context
 * @param filter which of the spans are kept when their request has ended: those of which it is
 *     true; all by default
 * @param attributes attributes with what is shown in them, evaluated when the request has ended;
 *     {@code span.name} names the span
 * @param resources attributes of the process, evaluated once; for whoever sets up where spans go
 * @param remove names of attributes that spans do not show
 */
public record Tracing(
    Sampling clientSampling,
    Sampling randomSampling,
    @Nullable ExpressionText filter,
    Map<String, ExpressionText> attributes,
    Map<String, ExpressionText> resources,
    List<String> remove) {
  /** Follows the caller's decision; starts no traces. */
  public static final Tracing DEFAULT =
      new Tracing(Sampling.ALWAYS, Sampling.NEVER, null, Map.of(), Map.of(), List.of());

  /** Copies the collections; the order of attributes is kept. */
  public Tracing {
    attributes = NamedExpression.copy("attributes", attributes);
    resources = NamedExpression.copy("resources", resources);
    remove = List.copyOf(remove);
  }

  /** Returns this with spans for another share of the requests whose caller samples them. */
  public Tracing clientSampling(double share) {
    return clientSampling(Sampling.of(share));
  }

  /** Returns this with spans for others of the requests whose caller samples them. */
  public Tracing clientSampling(Sampling sampling) {
    return new Tracing(sampling, randomSampling, filter, attributes, resources, remove);
  }

  /** Returns this with spans for another share of the requests without a trace context. */
  public Tracing randomSampling(double share) {
    return randomSampling(Sampling.of(share));
  }

  /** Returns this with spans for others of the requests without a trace context. */
  public Tracing randomSampling(Sampling sampling) {
    return new Tracing(clientSampling, sampling, filter, attributes, resources, remove);
  }

  /** Returns this with the spans only of requests of which the expression is true. */
  public Tracing filter(String expression) {
    ExpressionText kept = ExpressionText.parse(expression);
    return new Tracing(clientSampling, randomSampling, kept, attributes, resources, remove);
  }

  /** Returns this with another attribute. */
  public Tracing attribute(String name, String expression) {
    Map<String, ExpressionText> more = NamedExpression.plus(attributes, name, expression);
    return new Tracing(clientSampling, randomSampling, filter, more, resources, remove);
  }

  /** Returns this with another attribute of the process. */
  public Tracing resource(String name, String expression) {
    Map<String, ExpressionText> more = NamedExpression.plus(resources, name, expression);
    return new Tracing(clientSampling, randomSampling, filter, attributes, more, remove);
  }

  /** Returns this without these attributes. */
  public Tracing remove(String... names) {
    List<String> removed = Arrays.asList(names);
    return new Tracing(clientSampling, randomSampling, filter, attributes, resources, removed);
  }
}
