package dev.postern.core.telemetry;

import dev.postern.core.exchange.RequestRecord.FieldSink;
import io.opentelemetry.api.trace.Span;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the fields of a request into its span. */
final class SpanFields implements FieldSink {
  /** What a span knows by itself, or only logs show. */
  private static final Set<String> LOG_ONLY =
      Set.of("route_rule", "tls.sni", "trace.id", "span.id", "retry.attempt");

  private final Span span;
  private final Set<String> removed;
  private @Nullable String mcpMethod;

  SpanFields(Span span, Set<String> removed) {
    this.span = span;
    this.removed = removed;
  }

  /** Returns the MCP method, if it was among the fields. */
  @Nullable String mcpMethod() {
    return mcpMethod;
  }

  @Override
  public void field(String name, String value) {
    if (name.equals("mcp.method.name")) {
      mcpMethod = value;
    }
    if (shows(name)) {
      span.setAttribute(name, LogText.shown(value));
    }
  }

  @Override
  public void field(String name, long value) {
    if (shows(name)) {
      span.setAttribute(name, value);
    }
  }

  @Override
  public void field(String name, double value) {
    if (shows(name)) {
      span.setAttribute(name, value);
    }
  }

  private boolean shows(String name) {
    return !LOG_ONLY.contains(name) && !removed.contains(name);
  }
}
