package dev.postern.core;

import dev.postern.core.listener.ServerNameTls;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A port the gateway listens on: in YAML an entry of {@code gateways}.
 *
 * @param port 0 to 65535, where 0 takes any free port; null for a bind that only in-process calls
 *     reach
 * @param address the address to listen on; every address by default
 * @param tls the certificate to show, or null for plaintext; only without listeners
 * @param listeners the host names on this port; one for any host when empty
 * @param policies what holds for all requests, before a route is chosen; only without listeners
 */
public record Bind(
    @Nullable Integer port,
    @Nullable String address,
    @Nullable ServerTls tls,
    List<Listener> listeners,
    PolicySet policies) {
  /** Sets the defaults and checks the values. */
  public Bind {
    if (port != null) {
      Checks.range("port", port, 0, 65535);
    }
    listeners = Checks.list(listeners);
    policies = Checks.orElse(policies, PolicySet.EMPTY);
    if (!listeners.isEmpty() && (tls != null || !policies.isEmpty())) {
      throw new IllegalArgumentException(
          "cannot set protocol, tls, or policy fields when listeners are configured");
    }
  }

  /** Returns a plaintext bind for any host. */
  public static Bind port(int port) {
    return new Bind(port, null, null, List.of(), PolicySet.EMPTY);
  }

  /** Returns a bind that only in-process calls reach. */
  public static Bind inProcess() {
    return new Bind(null, null, null, List.of(), PolicySet.EMPTY);
  }

  /** Returns this bind on one address only. */
  public Bind address(String address) {
    return new Bind(port, address, tls, listeners, policies);
  }

  /** Returns this bind with TLS. */
  public Bind tls(ServerTls tls) {
    return new Bind(port, address, tls, listeners, policies);
  }

  /** Returns this bind with one more listener. */
  public Bind listener(Listener listener) {
    List<Listener> more = new ArrayList<>(listeners);
    more.add(listener);
    return new Bind(port, address, tls, more, policies);
  }

  /** Returns this bind with one more policy that runs before a route is chosen. */
  public Bind policy(Policy policy) {
    return new Bind(port, address, tls, listeners, policies.plus(policy));
  }

  /** Returns the listeners, or the one that stands for none. */
  List<Listener> effectiveListeners() {
    return listeners.isEmpty() ? List.of(new Listener("default", null, tls, policies)) : listeners;
  }

  /**
   * Returns the certificates of all listeners.
   *
   * @throws IllegalArgumentException if what one of them says about TLS leaves nothing over of what
   *     {@code frontend} says
   */
  List<ServerNameTls> certificates(FrontendTls frontend) {
    List<ServerNameTls> certificates = new ArrayList<>();
    for (Listener listener : effectiveListeners()) {
      if (listener.tls() != null) {
        certificates.add(listener.tls().forName(listener.hostname(), frontend));
      }
    }
    return certificates;
  }
}
