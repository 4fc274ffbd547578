package dev.postern.policy.cel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code env}: where the process runs; not its environment variables in general. */
final class EnvView extends View {
  static final EnvView INSTANCE = new EnvView();

  private final @Nullable String podName = System.getenv("POD_NAME");
  private final @Nullable String namespace = System.getenv("NAMESPACE");
  private final @Nullable String gateway = System.getenv("GATEWAY");

  private EnvView() {}

  @Override
  List<String> names() {
    return List.of("podName", "namespace", "gateway");
  }

  @Override
  @Nullable Object field(String name) {
    return switch (name) {
      case "podName" -> podName;
      case "namespace" -> namespace;
      case "gateway" -> gateway;
      default -> null;
    };
  }
}
