package dev.postern.core.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a name. May block; called on a thread of its own. */
@FunctionalInterface
public interface AddressResolver {
  /** The JVM's own resolver. */
  AddressResolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  /**
   * Returns the addresses of {@code host} in order of preference, at least one.
   *
   * @throws UnknownHostException if there are none
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
