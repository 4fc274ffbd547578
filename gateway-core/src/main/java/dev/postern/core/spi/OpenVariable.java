package dev.postern.core.spi;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.json.Json;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A variable with fields of any name, which policies leave on the exchange for later expressions.
 *
 * <p>Keep one instance in a static field. Safe for concurrent use; the values belong to whoever
 * runs the exchange.
 */
public final class OpenVariable implements VariableSource {
  private static final VariableType.Fields OPEN = new VariableType.Fields(Map.of(), true);

  private final String name;
  private final AttributeKey<Map<String, Json>> values;

  /** Creates a variable of this name. */
  public OpenVariable(String name) {
    this.name = name;
    this.values = AttributeKey.of(name);
  }

  /** Sets a field; null takes it away. */
  public void set(Exchange exchange, String field, @Nullable Json value) {
    Map<String, Json> all = copy(exchange);
    if (value == null) {
      all.remove(field);
    } else {
      all.put(field, value);
    }
    exchange.set(values, all);
  }

  /** Sets these fields beside those that are there. */
  public void setAll(Exchange exchange, Map<String, Json> fields) {
    if (!fields.isEmpty()) {
      Map<String, Json> all = copy(exchange);
      all.putAll(fields);
      exchange.set(values, all);
    }
  }

  /** A copy, because exchanges that were nested in this one still see what was there. */
  private Map<String, Json> copy(Exchange exchange) {
    return new LinkedHashMap<>(current(exchange));
  }

  private Map<String, Json> current(Exchange exchange) {
    Map<String, Json> current = exchange.get(values);
    return current == null ? Map.of() : current;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public VariableType.Fields fields() {
    return OPEN;
  }

  @Override
  public @Nullable Object read(Exchange exchange, String field) {
    return current(exchange).get(field);
  }

  @Override
  public Collection<String> present(Exchange exchange) {
    return List.copyOf(current(exchange).keySet());
  }
}
