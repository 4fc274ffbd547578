package dev.postern.core;

import static java.util.Objects.requireNonNull;

import dev.postern.core.exchange.Handler;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;
import dev.postern.core.upstream.HostAddress;
import java.util.List;

/**
 * A server, or several that are equal.
 *
 * @param hosts where, each as {@code host:port}; {@code https://host} asks for TLS
 */
public record HostBackend(List<String> hosts) implements Backend {
  /** Checks that there is a host and that each can be read. */
  public HostBackend {
    hosts = List.copyOf(requireNonNull(hosts, "hosts"));
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("hosts: empty (expected: at least one)");
    }
    hosts.forEach(HostAddress::parse);
  }

  /** Returns a backend of these hosts. */
  public static HostBackend of(String... hosts) {
    return new HostBackend(List.of(hosts));
  }

  @Override
  public String kind() {
    return "host";
  }

  @Override
  public Handler handler(BackendContext context) {
    return HostHandler.of(hosts.stream().map(HostAddress::parse).toList(), context);
  }
}
