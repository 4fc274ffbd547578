package dev.postern.policy.cel;

import dev.postern.core.exchange.RequestRecord;
import org.jspecify.annotations.Nullable;

/** {@code backend}: what the request was sent to. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class BackendView extends View {
  private final RequestRecord record;

  BackendView(RequestRecord record) {
    this.record = record;
  }

  @Override
  @Nullable Object field(String name) {
    return switch (name) {
      case "name" -> record.backend();
      case "protocol" -> record.protocol();
      case "type" ->
          switch (record.protocol()) {
            case "llm" -> "ai";
            case "mcp" -> "mcp";
            case "http" -> "static";
            default -> "unknown";
          };
      default -> null;
    };
  }
}
