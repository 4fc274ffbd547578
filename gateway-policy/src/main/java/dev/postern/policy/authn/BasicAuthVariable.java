package dev.postern.policy.authn;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code basicAuth}: the name of the caller. */
final class BasicAuthVariable implements VariableSource {
  static final VariableSource INSTANCE = new BasicAuthVariable();

  private static final String USERNAME = "username";
  private static final VariableType.Fields FIELDS =
      new VariableType.Fields(Map.of(USERNAME, VariableType.Scalar.STRING), false);

  private BasicAuthVariable() {}

  @Override
  public String name() {
    return "basicAuth";
  }

  @Override
  public VariableType.Fields fields() {
    return FIELDS;
  }

  @Override
  public @Nullable Object read(Exchange exchange, String field) {
    return field.equals(USERNAME) ? exchange.get(BasicAuthVerifier.USER) : null;
  }
}
