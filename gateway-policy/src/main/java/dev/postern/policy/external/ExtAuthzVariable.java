package dev.postern.policy.external;

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

/** What authorization services said about a request. */
final class ExtAuthzVariable implements VariableSource {
  static final ExtAuthzVariable INSTANCE = new ExtAuthzVariable();

  private static final AttributeKey<Map<String, Json>> VALUES = AttributeKey.of("extauthz");
  private static final VariableType.Fields OPEN = new VariableType.Fields(Map.of(), true);

  private ExtAuthzVariable() {}

  /** Leaves values beside those of services that were asked before. */
  static void add(Exchange exchange, Map<String, Json> values) {
    if (values.isEmpty()) {
      return;
    }
    Map<String, Json> before = exchange.get(VALUES);
    Map<String, Json> all = before == null ? new LinkedHashMap<>() : new LinkedHashMap<>(before);
    all.putAll(values);
    exchange.set(VALUES, all);
  }

  @Override
  public String name() {
    return "extauthz";
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
}
