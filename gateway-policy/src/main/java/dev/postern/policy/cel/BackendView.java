package dev.postern.policy.cel;

import dev.postern.core.exchange.RequestRecord;
import java.util.List;
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
      case "type" -> type();
      default -> null;
    };
  }

  @Override
  List<String> names() {
    return List.of("name", "type", "protocol");
  }

  private String type() {
    String type = record.backendType();
    return switch (record.protocol()) {
      case "llm" -> "ai";
      case "mcp" -> "mcp";
      case "http" -> type == null ? "static" : type;
      default -> type == null ? "unknown" : type;
    };
  }
}
