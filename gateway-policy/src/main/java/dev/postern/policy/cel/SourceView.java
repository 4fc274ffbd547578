package dev.postern.policy.cel;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.text.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A variable that a policy or backend offers; a map, because its names may be anybody's. */
@SuppressWarnings("Immutable") // lives as long as one evaluation
final class SourceView extends LookupMap {
  private final VariableSource source;
  private final Exchange exchange;

  /** The field that was read last: the engine asks several times for each that is named. */
  private @Nullable String lastField;

  private @Nullable Object lastValue;

  SourceView(VariableSource source, Exchange exchange) {
    this.source = source;
    this.exchange = exchange;
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    if (!(key instanceof String field)) {
      return null;
    }
    if (!field.equals(lastField)) {
      Object value = source.read(exchange, field);
      lastValue = value == null || value instanceof String ? value : Values.toCel(value);
      lastField = field;
    }
    return lastValue;
  }

  /** Returns a field as it is, also one that is a secret; null when there is none. */
  @Nullable Object unredacted(String field) {
    Object value = source.read(exchange, field);
    return value == null
        ? null
        : Values.toCel(value instanceof Secret secret ? secret.reveal() : value);
  }

  @Override
  Map<String, Object> all() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (String field : source.present(exchange)) {
      Object value = get(field);
      if (value != null) {
        all.put(field, value);
      }
    }
    return all;
  }
}
