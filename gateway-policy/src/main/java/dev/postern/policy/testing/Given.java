package dev.postern.policy.testing;

import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.json.JsonString;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A variable whose values a test gives; those it does not give are what they really are.
 *
 * @param name the variable
 * @param fields its type
 * @param real what really offers it, or null when nothing does
 */
record Given(String name, VariableType.Fields fields, @Nullable VariableSource real)
    implements VariableSource {
  private static final VariableType.Fields ANY = new VariableType.Fields(Map.of(), true);
  private static final AttributeKey<Map<String, Map<String, ?>>> VALUES =
      AttributeKey.of("given variables");

  /** Returns a variable with any fields that only tests know. */
  static Given alone(String name) {
    return new Given(name, ANY, null);
  }

  /** Returns a variable that something offers. */
  static Given over(VariableSource real) {
    return new Given(real.name(), real.fields(), real);
  }

  /** Gives the variable these fields, for one exchange. */
  static void give(Exchange exchange, String name, Map<String, ?> fields) {
    Map<String, Map<String, ?>> before = exchange.get(VALUES);
    Map<String, Map<String, ?>> all = before == null ? new HashMap<>() : new HashMap<>(before);
    all.put(name, fields);
    exchange.set(VALUES, all);
  }

  private @Nullable Map<String, ?> given(Exchange exchange) {
    Map<String, Map<String, ?>> all = exchange.get(VALUES);
    return all == null ? null : all.get(name);
  }

  @Override
  public boolean late(String field) {
    return real != null && real.late(field);
  }

  @Override
  public @Nullable Object read(Exchange exchange, String field) {
    Map<String, ?> given = given(exchange);
    if (given == null) {
      return real == null ? null : real.read(exchange, field);
    }
    Object value = given.get(field);
    return value instanceof JsonString(String text) ? text : value;
  }

  @Override
  public Collection<String> present(Exchange exchange) {
    Map<String, ?> given = given(exchange);
    if (given == null) {
      return real == null ? List.of() : real.present(exchange);
    }
    return given.keySet();
  }
}
