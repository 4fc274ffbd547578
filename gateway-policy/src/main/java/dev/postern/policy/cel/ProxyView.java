package dev.postern.policy.cel;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.RequestRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code proxy}: the way the request takes through the gateway. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class ProxyView extends View {
  private final Exchange exchange;
  private final RequestRecord record;

  ProxyView(Exchange exchange) {
    this.exchange = exchange;
    this.record = exchange.record();
  }

  @Override
  @Nullable Object field(String name) {
    return switch (name) {
      case "bind" -> bind();
      case "gateway" -> new Named(record.gateway(), null, null);
      case "listener" -> new Named(record.listener(), null, null);
      case "route" -> new Named(record.route(), record.routeNamespace(), record.routeRule());
      case "requestProcessingDuration" -> between(record.startNanos(), record.upstreamStartNanos());
      case "upstreamDuration" -> between(record.upstreamStartNanos(), record.upstreamHeadNanos());
      case "responseProcessingDuration" ->
          between(record.upstreamHeadNanos(), record.responseHeadNanos());
      default -> null;
    };
  }

  @Override
  List<String> names() {
    return List.of(
        "bind",
        "gateway",
        "listener",
        "route",
        "requestProcessingDuration",
        "upstreamDuration",
        "responseProcessingDuration");
  }

  private @Nullable Object bind() {
    InetSocketAddress local = exchange.connection().local();
    return local == null ? null : "bind/" + local.getPort();
  }

  private static @Nullable Object between(long from, long to) {
    return from == 0 || to == 0 ? null : Duration.ofNanos(Math.max(0, to - from));
  }

  private static final class Named extends View {
    private final @Nullable String name;
    private final @Nullable String namespace;
    private final @Nullable String rule;

    Named(@Nullable String name, @Nullable String namespace, @Nullable String rule) {
      this.name = name;
      this.namespace = namespace;
      this.rule = rule;
    }

    @Override
    @Nullable Object field(String field) {
      return switch (field) {
        case "name" -> name;
        case "namespace" -> namespace;
        case "rule" -> rule;
        default -> null;
      };
    }

    @Override
    List<String> names() {
      return List.of("name", "namespace", "rule");
    }
  }
}
