package dev.postern.core;

import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.exchange.Handler;
import dev.postern.core.routing.HostTable;
import dev.postern.core.telemetry.Projections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One configuration at work: immutable, used by every request that began while it was current.
 *
 * <p>Gives its state back when it has been replaced and its last request has ended.
 */
final class Snapshot {
  private final GatewayConfig config;
  private final GatewayConfig effective;
  private final long version;
  private final HeadCleaner heads;
  private final Map<String, Entrance> entrances;
  private final TelemetryExpressions told;
  private final Set<String> wanted;
  private final List<String> warnings;
  private final States.Leases leases;

  /** The requests in it, and one for being current. */
  private final AtomicLong users = new AtomicLong(1);

  Snapshot(
      GatewayConfig config,
      GatewayConfig effective,
      long version,
      HeadCleaner heads,
      Map<String, Entrance> entrances,
      TelemetryExpressions told,
      Set<String> wanted,
      List<String> warnings,
      States.Leases leases) {
    this.config = config;
    this.effective = effective;
    this.version = version;
    this.heads = heads;
    this.entrances = entrances;
    this.told = told;
    this.wanted = wanted;
    this.warnings = warnings;
    this.leases = leases;
  }

  /** The listeners of one bind. */
  record Entrance(String gateway, Bind bind, HostTable<Reception> listeners) {}

  /** One listener: its gateway phase, with the routes behind it. */
  record Reception(
      String name, Handler handler, ErrorRenderer errorRenderer, @Nullable ServerTls tls) {
    /**
     * Returns whether connections to both are subject to the same rules about client certificates.
     */
    boolean trustsLike(Reception other) {
      return clientRules(tls).equals(clientRules(other.tls));
    }

    private static List<Object> clientRules(@Nullable ServerTls tls) {
      return tls == null || tls.root() == null ? List.of() : List.of(tls.root(), tls.clientAuth());
    }
  }

  GatewayConfig config() {
    return config;
  }

  /** Returns the configuration with its sections replaced by what they stand for. */
  GatewayConfig effective() {
    return effective;
  }

  long version() {
    return version;
  }

  HeadCleaner heads() {
    return heads;
  }

  /** Returns what is told of requests. */
  Projections projections() {
    return told.projections();
  }

  /** Returns the fields that expressions read at the end of requests. */
  Set<String> wanted() {
    return wanted;
  }

  /** Returns where the configuration says that contents are recorded. */
  List<String> recording() {
    return told.recording();
  }

  List<String> warnings() {
    return warnings;
  }

  Map<String, Entrance> entrances() {
    return entrances;
  }

  @Nullable Entrance entrance(String gateway) {
    return entrances.get(gateway);
  }

  /** Takes effect: state is adapted to what this snapshot says. */
  void commit() {
    leases.commit();
  }

  /** Returns whether a request may begin; not once the last one has left. */
  boolean enter() {
    long now = users.get();
    while (now > 0) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
      now = users.get();
    }
    return false;
  }

  /** A request has ended, or the snapshot was replaced. */
  void leave() {
    if (users.decrementAndGet() == 0) {
      leases.close();
    }
  }
}
