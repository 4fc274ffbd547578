package dev.postern.core;

import dev.postern.core.exchange.Timers;
import dev.postern.core.spi.Buffers;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.StateType;
import dev.postern.core.telemetry.Telemetry;
import dev.postern.core.upstream.Transport;
import dev.postern.core.upstream.UpstreamClient;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** What the policies and backends of one snapshot work with. */
class SnapshotContext implements GatewayContext {
  private final Resources resources;
  private final States.Leases leases;

  SnapshotContext(Resources resources, States.Leases leases) {
    this.resources = resources;
    this.leases = leases;
  }

  SnapshotContext(SnapshotContext other) {
    this(other.resources, other.leases);
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
  public <D, S> S state(StateType<D, S> type, Object key, D definition) {
    return leases.state(type, key, definition, this);
  }
}
