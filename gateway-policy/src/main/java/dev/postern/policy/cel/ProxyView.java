package dev.postern.policy.cel;

import dev.postern.core.exchange.RequestRecord;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code proxy}: the way the request takes through the gateway. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class ProxyView extends View {
  private final RequestRecord record;

  ProxyView(RequestRecord record) {
    this.record = record;
  }

  @Override
  @Nullable Object field(String name) {
    return switch (name) {
      case "gateway" -> new Named(record.gateway(), null);
      case "listener" -> new Named(record.listener(), null);
      case "route" -> new Named(record.route(), record.routeRule());
      case "requestProcessingDuration" -> between(record.startNanos(), record.upstreamStartNanos());
      case "upstreamDuration" -> between(record.upstreamStartNanos(), record.upstreamHeadNanos());
      case "responseProcessingDuration" ->
          between(record.upstreamHeadNanos(), record.responseHeadNanos());
      default -> null;
    };
  }

  private static @Nullable Object between(long from, long to) {
    return from == 0 || to == 0 ? null : Duration.ofNanos(Math.max(0, to - from));
  }

  private static final class Named extends View {
    private final @Nullable String name;
    private final @Nullable String rule;

    Named(@Nullable String name, @Nullable String rule) {
      this.name = name;
      this.rule = rule;
    }

    @Override
    @Nullable Object field(String field) {
      return field.equals("name") ? name : field.equals("rule") ? rule : null;
    }
  }
}
