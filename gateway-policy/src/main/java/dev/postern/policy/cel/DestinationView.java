package dev.postern.policy.cel;

import dev.postern.core.exchange.Connection;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code destination}: where the client connected to. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class DestinationView extends View {
  private final Connection connection;

  DestinationView(Connection connection) {
    this.connection = connection;
  }

  @Override
  List<String> names() {
    return List.of("address", "port", "hostname");
  }

  @Override
  @Nullable Object field(String name) {
    InetSocketAddress local = connection.local();
    return switch (name) {
      case "address" -> local == null ? null : new IpValue(local.getAddress()).toString();
      case "port" -> local == null ? null : (Long) (long) local.getPort();
      case "hostname" -> connection.serverName();
      default -> null;
    };
  }
}
