package dev.postern.policy.transform;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.json.Json;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What transformations leave for later expressions. */
final class Metadata implements VariableSource {
  static final Metadata VARIABLE = new Metadata();

  private static final AttributeKey<Map<String, Json>> VALUES = AttributeKey.of("metadata");
  private static final VariableType.Fields OPEN = new VariableType.Fields(Map.of(), true);

  private Metadata() {}

  @Override
  public String name() {
    return "metadata";
  }

  @Override
  public VariableType.Fields fields() {
    return OPEN;
  }

  @Override
  public @Nullable Object read(Exchange exchange, String field) {
    Map<String, Json> values = exchange.get(VALUES);
    return values == null ? null : values.get(field);
  }

  @Override
  public Collection<String> present(Exchange exchange) {
    Map<String, Json> values = exchange.get(VALUES);
    return values == null ? List.of() : List.copyOf(values.keySet());
  }

  /** Sets a value; null takes it away. */
  static void set(Exchange exchange, String name, @Nullable Json value) {
    Map<String, Json> values = exchange.get(VALUES);
    if (values == null) {
      values = new LinkedHashMap<>();
      exchange.set(VALUES, values);
    }
    if (value == null) {
      values.remove(name);
    } else {
      values.put(name, value);
    }
  }
}
