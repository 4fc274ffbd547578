package dev.postern.core.testing;

import dev.postern.core.Bind;
import dev.postern.core.GatewayConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** Moves a configuration to ports that are free, so that tests can start it anywhere. */
public final class FreePorts {
  private FreePorts() {}

  /**
   * Returns a copy in which every bind with a port listens on a free one of {@code 127.0.0.1}, and
   * shorthand sections are replaced by what they stand for. {@code Gateway.addresses()} tells the
   * ports once it has started.
   */
  public static GatewayConfig of(GatewayConfig config) {
    GatewayConfig all = config.expanded();
    Map<String, Bind> moved = new LinkedHashMap<>();
    all.gateways()
        .forEach((name, bind) ->
            moved.put(
                name,
                bind.port() == null
                    ? bind
                    : new Bind(0, "127.0.0.1", bind.tls(), bind.listeners(), bind.policies())));
    return new GatewayConfig(
        all.config(),
        moved,
        all.routes(),
        all.backends(),
        all.policies(),
        all.frontendPolicies(),
        all.sections());
  }
}
