package dev.postern.core;

import dev.postern.core.spi.PolicySet;
import org.jspecify.annotations.Nullable;

/**
 * One host name on a bind, with its certificate and the policies that run before its routes.
 *
 * @param name the name, {@code listener} and its index by default
 * @param hostname the host it is for, with one wildcard label at the start or exact; any by default
 * @param tls the certificate to show, or null for plaintext
 * @param policies what holds for all its requests, before a route is chosen
 */
public record Listener(
    @Nullable String name, @Nullable String hostname, @Nullable ServerTls tls, PolicySet policies) {
  /** Sets the default. */
  public Listener {
    policies = Checks.orElse(policies, PolicySet.EMPTY);
  }

  /** Returns the name, or the one that follows from the index of the listener on its bind. */
  public String name(int index) {
    return name == null ? "listener" + index : name;
  }
}
