package dev.postern.core;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.Expression.Oddity;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.Service;
import dev.postern.core.spi.StateType;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.telemetry.OutboundCall;
import dev.postern.core.telemetry.Telemetry;
import dev.postern.core.upstream.Transport;
import dev.postern.core.upstream.UpstreamClient;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What the policies and backends of one snapshot work with. */
class SnapshotContext implements GatewayContext {
  private final Parts parts;
  private final Place place;
  private final String origin;
  private final boolean admission;
  private final List<VariableSource> variables;
  private final Set<String> within;

  /**
   * What all contexts of a snapshot share.
   *
   * @param attached the names of the policies that are attached by name, by identity
   * @param backends the backends that are defined by name
   * @param warnings takes what is odd about the configuration
   * @param offered takes all that is offered to expressions at some place
   * @param wanted takes the fields of it that expressions read at the end of requests
   */
  record Parts(
      Resources resources,
      States.Leases leases,
      IdentityHashMap<Policy, String> attached,
      Map<String, NamedBackend> backends,
      Set<String> warnings,
      Set<VariableSource> offered,
      Set<String> wanted) {
    Parts bufferLimit(long limit) {
      return new Parts(
          resources.bufferLimit(limit), leases, attached, backends, warnings, offered, wanted);
    }
  }

  /**
   * Makes the context of a snapshot.
   *
   * @param variables what is offered to all expressions
   */
  SnapshotContext(Parts parts, List<VariableSource> variables) {
    this(parts, Place.GATEWAY, "", false, variables, Set.of());
  }

  /**
   * Copies a context, for what stands at another place.
   *
   * @param within the named backends that led here, in their order
   */
  SnapshotContext(
      SnapshotContext other,
      Place place,
      String origin,
      Collection<VariableSource> more,
      Set<String> within) {
    this(other.parts, place, origin, other.admission, joined(other.variables, more), within);
  }

  private SnapshotContext(
      Parts parts,
      Place place,
      String origin,
      boolean admission,
      List<VariableSource> variables,
      Set<String> within) {
    this.parts = parts;
    this.place = place;
    this.origin = origin;
    this.admission = admission;
    this.variables = variables;
    this.within = within;
    parts.offered.addAll(variables);
  }

  /**
   * Returns the context of what stands at {@code place}, where also {@code policies} act.
   *
   * @param origin names the place among those of its kind
   */
  SnapshotContext at(
      Place place, String origin, PolicySet policies, Collection<VariableSource> more) {
    Set<VariableSource> offered = new LinkedHashSet<>(more);
    policies.all().forEach(policy -> offered.addAll(policy.variables()));
    return new SnapshotContext(this, place, origin, offered, within);
  }

  /** Returns this context before backends that ask the admission of an exchange, or do not. */
  SnapshotContext admitting(boolean admission) {
    return new SnapshotContext(parts, place, origin, admission, variables, within);
  }

  /** Returns this context with another limit for one body that is held. */
  SnapshotContext bufferLimit(long limit) {
    return new SnapshotContext(
        parts.bufferLimit(limit), place, origin, admission, variables, within);
  }

  /** Returns the context that {@code policy} is given here. */
  SnapshotContext of(Policy policy) {
    String name = parts.attached.get(policy);
    return named(name == null ? origin + "." + policy.kind() : name);
  }

  private SnapshotContext named(String origin) {
    return new SnapshotContext(parts, place, origin, admission, variables, within);
  }

  /**
   * Returns the backend that is defined by that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  NamedBackend namedBackend(String name) {
    NamedBackend backend = parts.backends.get(name);
    if (backend == null) {
      throw new IllegalArgumentException("unknown backend " + name);
    }
    return backend;
  }

  /** Returns the named backends that led here, in their order. */
  Set<String> within() {
    return within;
  }

  private static List<VariableSource> joined(
      List<VariableSource> some, Collection<VariableSource> more) {
    Set<VariableSource> all = new LinkedHashSet<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  /**
   * Returns the context of what is told of all requests: it knows what is offered anywhere in the
   * snapshot so far, and what modules offer without being asked.
   */
  SnapshotContext overall() {
    Set<VariableSource> offered = new LinkedHashSet<>(parts.resources.variables());
    offered.addAll(parts.offered);
    return new SnapshotContext(this, Place.BACKEND, origin, offered, within);
  }

  @Override
  public InstantSource clock() {
    return parts.resources.clock();
  }

  @Override
  public Timers timers() {
    return parts.resources.timers();
  }

  @Override
  public RandomGenerator random() {
    return parts.resources.random();
  }

  @Override
  public UpstreamClient upstream() {
    return parts.resources.upstream();
  }

  @Override
  public Transport transport() {
    return parts.resources.transport();
  }

  @Override
  public OpenTelemetry openTelemetry() {
    return parts.resources.openTelemetry();
  }

  @Override
  public Service service(Backend target, PolicySet policies, OutboundCall.Kind kind) {
    return new ServiceCall(
        BackendPlace.handler(this, origin, target, policies),
        new OutboundCall(OutboundCall.Purpose.POLICY, kind));
  }

  @Override
  public Telemetry telemetry() {
    return parts.resources.telemetry();
  }

  @Override
  public Buffers buffers() {
    return parts.resources.buffers();
  }

  @Override
  public Expression expression(
      ExpressionText text, ExpressionEngine.Moment moment, ExpressionEngine.Result result) {
    ExpressionEngine engine = parts.resources.expressions();
    if (engine == null) {
      throw new ExpressionException(text, -1, "expressions need the gateway-policy module");
    }
    Expression expression =
        engine.compile(text, new ExpressionEngine.Environment(place, moment, result, variables));
    warnOf(expression, text, moment);
    if (moment == ExpressionEngine.Moment.END) {
      variables.forEach(source -> want(source, expression.needs()));
    }
    return expression;
  }

  /** Says what is odd about an expression whatever its use; the uses say what else is. */
  private void warnOf(Expression expression, ExpressionText text, ExpressionEngine.Moment moment) {
    String where = text.origin() == null ? origin : text.origin().path();
    boolean atEnd = moment == ExpressionEngine.Moment.END;
    boolean onTheWay = !atEnd && moment != ExpressionEngine.Moment.ANSWER;
    if (atEnd && expression.oddities().contains(Oddity.REVEALED_SECRET)) {
      parts.warnings.add(where + ": shows a secret in logs, spans or metrics");
    }
    if (!atEnd && expression.oddities().contains(Oddity.ALL_VARIABLES)) {
      parts.warnings.add(where + ": variables() takes all bodies into memory (meant for logs)");
    } else if (onTheWay && expression.needs().responseBody()) {
      parts.warnings.add(where + ": reads the body of responses (which are not streamed for it)");
    }
  }

  @Override
  public void warn(String warning) {
    parts.warnings.add(origin + "." + warning);
  }

  private void want(VariableSource source, Expression.Needs needs) {
    for (String field : source.fields().fields().keySet()) {
      if (needs.reads(source.name(), field)) {
        parts.wanted.add(source.name() + "." + field);
      }
    }
  }

  /** Returns the fields that expressions read at the end of requests, as {@code jwt.sub}. */
  Set<String> wanted() {
    return Set.copyOf(parts.wanted);
  }

  /** Returns whether an expression here would show what somebody said. */
  boolean shows(Expression.Needs needs) {
    if (needs.requestBody() || needs.responseBody()) {
      return true;
    }
    for (VariableSource source : variables) {
      for (String field : source.fields().fields().keySet()) {
        if (source.content(field) && needs.reads(source.name(), field)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public String origin() {
    return origin;
  }

  @Override
  public GatewayContext part(String name) {
    return named(origin + "." + name);
  }

  @Override
  public boolean backendsAskAdmission() {
    return admission;
  }

  @Override
  public <D, S> S state(StateType<D, S> type, Object key, D definition) {
    return parts.leases.state(type, key, definition, this);
  }
}
