package dev.postern.core.spi;

import dev.postern.core.exchange.Expression;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.exchange.Timers;
import dev.postern.core.telemetry.OutboundCall;
import dev.postern.core.telemetry.Telemetry;
import dev.postern.core.upstream.Transport;
import dev.postern.core.upstream.UpstreamClient;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** What policies and backends are given to work with. Safe for concurrent use. */
public interface GatewayContext {
  /** Returns the wall clock. */
  InstantSource clock();

  /** Returns the monotonic clock and what runs on it. */
  Timers timers();

  /** Returns randomness; not for secrets. */
  RandomGenerator random();

  /** Returns the client for calls to other servers. */
  UpstreamClient upstream();

  /** Returns how to connect to servers that no policy says more about. */
  Transport transport();

  /** Returns where spans and metrics go; does nothing unless the application gave one. */
  OpenTelemetry openTelemetry();

  /**
   * Returns a server that a policy asks, connected to as {@code policies} say.
   *
   * @param target where it is: a host, or a backend that is defined by name
   * @param policies what holds for the calls: TLS, credentials, timeouts
   * @param kind what the calls count as
   * @throws IllegalArgumentException if the target does not exist or cannot work as described
   */
  Service service(Backend target, PolicySet policies, OutboundCall.Kind kind);

  /** Returns what observes requests and upstream calls. */
  Telemetry telemetry();

  /** Returns what reads bodies into memory. */
  Buffers buffers();

  /**
   * Compiles an expression of a policy or backend at this place.
   *
   * @param moment when it will be evaluated
   * @param result what it must give
   * @throws dev.postern.core.exchange.ExpressionException if it cannot be compiled, also because no
   *     module at hand knows expressions; let it pass, it says where the text stands
   */
  Expression expression(
      ExpressionText text, ExpressionEngine.Moment moment, ExpressionEngine.Result result);

  /**
   * Returns what tells this policy or backend from all others of the configuration. The same place
   * of a later configuration has the same name, as long as nothing on the way to it is renamed; a
   * policy that is attached by name has that name wherever it applies.
   */
  String origin();

  /** Returns this context for a part of a policy or backend, which has an origin of its own. */
  GatewayContext part(String name);

  /**
   * Notes what is odd about this policy or backend and still taken as it is. The configuration has
   * it among its warnings, once.
   *
   * @param warning begins with the field it is about
   */
  void warn(String warning);

  /** Returns whether all backends behind this place ask the admission of an exchange. */
  boolean backendsAskAdmission();

  /**
   * Returns state that outlives this configuration. A later configuration that asks with the same
   * type and key gets the same state, adapted to its definition; state that no configuration in use
   * asks for any more is closed.
   *
   * @param key names the state among those of its type, with equality
   * @param definition what the state is made for, with equality
   */
  <D, S> S state(StateType<D, S> type, Object key, D definition);
}
