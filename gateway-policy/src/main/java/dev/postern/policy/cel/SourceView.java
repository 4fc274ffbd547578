package dev.postern.policy.cel;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.spi.VariableSource;
import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A variable that a policy or backend offers; a map, because its names may be anybody's. */
final class SourceView extends AbstractMap<String, Object> {
  private final VariableSource source;
  private final Exchange exchange;

  SourceView(VariableSource source, Exchange exchange) {
    this.source = source;
    this.exchange = exchange;
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    Object value = key instanceof String field ? source.read(exchange, field) : null;
    return value == null || value instanceof String ? value : Values.toCel(value);
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return get(key) != null;
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (String field : source.present(exchange)) {
      Object value = get(field);
      if (value != null) {
        all.put(field, value);
      }
    }
    return all.entrySet();
  }
}
