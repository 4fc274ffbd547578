package dev.postern.core;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code env.vars}: the variables of the process's environment that the configuration names.
 *
 * @param names their names
 */
record ExposedEnvironment(List<String> names) implements VariableSource {
  /** Returns what is offered to all expressions: these variables, or nothing. */
  static List<VariableSource> of(List<String> names) {
    return names.isEmpty() ? List.of() : List.of(new ExposedEnvironment(names));
  }

  @Override
  public String name() {
    return "env.vars";
  }

  @Override
  public VariableType.Fields fields() {
    Map<String, VariableType> fields = new LinkedHashMap<>();
    names.forEach(name -> fields.put(name, VariableType.Scalar.STRING));
    return new VariableType.Fields(fields, false);
  }

  @Override
  public @Nullable Object read(Exchange exchange, String field) {
    return names.contains(field) ? System.getenv(field) : null;
  }
}
