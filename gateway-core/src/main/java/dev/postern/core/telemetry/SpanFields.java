package dev.postern.core.telemetry;

import dev.postern.core.exchange.RequestRecord.FieldSink;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonArray;
import dev.postern.core.json.JsonBoolean;
import dev.postern.core.json.JsonNull;
import dev.postern.core.json.JsonNumber;
import dev.postern.core.json.JsonObject;
import dev.postern.core.json.JsonString;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the fields of a request into its span. */
final class SpanFields implements FieldSink {
  /** What a span knows by itself, or only logs show. */
  private static final Set<String> LOG_ONLY =
      Set.of("route_rule", "tls.sni", "trace.id", "span.id", "retry.attempt");

  private static final String NAME = "span.name";

  private final Span span;
  private final Set<String> removed;
  private @Nullable String mcpMethod;
  private @Nullable String spanName;

  SpanFields(Span span, Set<String> removed) {
    this.span = span;
    this.removed = removed;
  }

  /** Returns the MCP method, if it was among the fields. */
  @Nullable String mcpMethod() {
    return mcpMethod;
  }

  /** Returns the name that an added attribute gives to the span, or null. */
  @Nullable String spanName() {
    return spanName;
  }

  /** Adds what a configuration asks for: the fields of maps each by itself. */
  void add(Observation.Value added) {
    if (added.name().equals(NAME)) {
      spanName = LogText.shown(added.value().string().orElseGet(added.value()::toString));
    } else {
      add(added.name(), added.value());
    }
  }

  private void add(String name, Json value) {
    switch (value) {
      case JsonString text -> span.setAttribute(name, LogText.shown(text.text()));
      case JsonBoolean bool -> span.setAttribute(name, bool.value());
      case JsonNumber number -> {
        OptionalLong whole = number.integer();
        if (whole.isPresent()) {
          span.setAttribute(name, whole.getAsLong());
        } else {
          span.setAttribute(name, number.toDouble());
        }
      }
      case JsonObject object ->
          object.members().forEach((key, member) -> add(name + "." + key, member));
      case JsonArray array -> add(name, array);
      case JsonNull nothing -> {}
    }
  }

  /** Lists of texts are lists; all others are JSON. */
  private void add(String name, JsonArray array) {
    List<String> texts = new ArrayList<>();
    for (Json element : array.elements()) {
      element.string().map(LogText::shown).ifPresent(texts::add);
    }
    if (texts.size() == array.elements().size()) {
      span.setAttribute(AttributeKey.stringArrayKey(name), texts);
    } else {
      StringBuilder json = new StringBuilder();
      LogText.appendJson(json, array);
      span.setAttribute(name, LogText.shown(json.toString()));
    }
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
