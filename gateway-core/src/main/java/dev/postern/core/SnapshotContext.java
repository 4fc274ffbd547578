package dev.postern.core;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.ExpressionEngine;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.StateType;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.telemetry.Telemetry;
import dev.postern.core.upstream.Transport;
import dev.postern.core.upstream.UpstreamClient;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What the policies and backends of one snapshot work with. */
class SnapshotContext implements GatewayContext {
  private final Resources resources;
  private final States.Leases leases;
  private final Place place;
  private final List<VariableSource> variables;

  SnapshotContext(Resources resources, States.Leases leases) {
    this(resources, leases, Place.GATEWAY, List.of());
  }

  /** Copies a context, for what stands at another place. */
  SnapshotContext(SnapshotContext other, Place place, Collection<VariableSource> more) {
    this(other.resources, other.leases, place, joined(other.variables, more));
  }

  private SnapshotContext(
      Resources resources, States.Leases leases, Place place, List<VariableSource> variables) {
    this.resources = resources;
    this.leases = leases;
    this.place = place;
    this.variables = variables;
  }

  /** Returns the context of what stands at {@code place}, where also {@code policies} act. */
  SnapshotContext at(Place place, PolicySet policies, Collection<VariableSource> more) {
    Set<VariableSource> offered = new LinkedHashSet<>(more);
    policies.all().forEach(policy -> offered.addAll(policy.variables()));
    return new SnapshotContext(this, place, offered);
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
    return engine.compile(text, new ExpressionEngine.Environment(place, moment, result, variables));
  }

  @Override
  public <D, S> S state(StateType<D, S> type, Object key, D definition) {
    return leases.state(type, key, definition, this);
  }
}
