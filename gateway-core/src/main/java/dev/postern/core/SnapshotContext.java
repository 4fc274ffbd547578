package dev.postern.core;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.StateType;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.telemetry.Telemetry;
import dev.postern.core.upstream.Transport;
import dev.postern.core.upstream.UpstreamClient;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What the policies and backends of one snapshot work with. */
class SnapshotContext implements GatewayContext {
  private final Resources resources;
  private final States.Leases leases;
  private final IdentityHashMap<Policy, String> attached;
  private final Set<String> warnings;
  private final Place place;
  private final String origin;
  private final boolean admission;
  private final List<VariableSource> variables;

  /**
   * Makes the context of a snapshot.
   *
   * @param attached the names of the policies that are attached by name, by identity
   * @param warnings takes what is odd about expressions
   */
  SnapshotContext(
      Resources resources,
      States.Leases leases,
      IdentityHashMap<Policy, String> attached,
      Set<String> warnings) {
    this.resources = resources;
    this.leases = leases;
    this.attached = attached;
    this.warnings = warnings;
    this.place = Place.GATEWAY;
    this.origin = "";
    this.admission = false;
    this.variables = List.of();
  }

  /** Copies a context, for what stands at another place. */
  SnapshotContext(
      SnapshotContext other, Place place, String origin, Collection<VariableSource> more) {
    this(other, place, origin, other.admission, joined(other.variables, more));
  }

  private SnapshotContext(
      SnapshotContext other,
      Place place,
      String origin,
      boolean admission,
      List<VariableSource> variables) {
    this.resources = other.resources;
    this.leases = other.leases;
    this.attached = other.attached;
    this.warnings = other.warnings;
    this.place = place;
    this.origin = origin;
    this.admission = admission;
    this.variables = variables;
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
    return new SnapshotContext(this, place, origin, offered);
  }

  /** Returns this context before backends that ask the admission of an exchange, or do not. */
  SnapshotContext admitting(boolean admission) {
    return new SnapshotContext(this, place, origin, admission, variables);
  }

  /** Returns the context that {@code policy} is given here. */
  SnapshotContext of(Policy policy) {
    String name = attached.get(policy);
    return new SnapshotContext(
        this, place, name == null ? origin + "." + policy.kind() : name, admission, variables);
  }

  private static List<VariableSource> joined(
      List<VariableSource> some, Collection<VariableSource> more) {
    Set<VariableSource> all = new LinkedHashSet<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  @Override
  public InstantSource clock() {
    return resources.clock();
  }

  @Override
  public Timers timers() {
    return resources.timers();
  }

  @Override
  public RandomGenerator random() {
    return resources.random();
  }

  @Override
  public UpstreamClient upstream() {
    return resources.upstream();
  }

  @Override
  public Transport transport() {
    return resources.transport();
  }

  @Override
  public OpenTelemetry openTelemetry() {
    return resources.openTelemetry();
  }

  @Override
  public Telemetry telemetry() {
    return resources.telemetry();
  }

  @Override
  public Buffers buffers() {
    return resources.buffers();
  }

  @Override
  public Expression expression(
      ExpressionText text, ExpressionEngine.Moment moment, ExpressionEngine.Result result) {
    ExpressionEngine engine = resources.expressions();
    if (engine == null) {
      throw new ExpressionException(text, -1, "expressions need the gateway-policy module");
    }
    Expression expression =
        engine.compile(text, new ExpressionEngine.Environment(place, moment, result, variables));
    if (expression.needs().responseBody() && moment != ExpressionEngine.Moment.END) {
      ExpressionText.Origin written = text.origin();
      warnings.add(
          (written == null ? origin : written.path())
              + ": reads the body of responses (which are not streamed for it)");
    }
    return expression;
  }

  @Override
  public String origin() {
    return origin;
  }

  @Override
  public GatewayContext part(String name) {
    return new SnapshotContext(this, place, origin + "." + name, admission, variables);
  }

  @Override
  public boolean backendsAskAdmission() {
    return admission;
  }

  @Override
  public <D, S> S state(StateType<D, S> type, Object key, D definition) {
    return leases.state(type, key, definition, this);
  }
}
