package dev.postern.policy.authn;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code apiKey}: the metadata of the caller's key, its name, and the key itself. */
final class ApiKeyVariable implements VariableSource {
  static final VariableSource INSTANCE = new ApiKeyVariable();

  private static final VariableType.Fields FIELDS =
      new VariableType.Fields(
          Map.of("key", VariableType.Scalar.ANY, "name", VariableType.Scalar.ANY), true);

  private ApiKeyVariable() {}

  @Override
  public String name() {
    return "apiKey";
  }

  @Override
  public VariableType.Fields fields() {
    return FIELDS;
  }

  @Override
  public @Nullable Object read(Exchange exchange, String field) {
    ApiKeyVerifier.Caller caller = exchange.get(ApiKeyVerifier.CALLER);
    if (caller == null) {
      return null;
    }
    if (field.equals("key")) {
      return caller.shown();
    }
    String name = caller.key().name();
    return field.equals("name") && name != null ? name : caller.key().metadata().get(field);
  }

  @Override
  public Collection<String> present(Exchange exchange) {
    ApiKeyVerifier.Caller caller = exchange.get(ApiKeyVerifier.CALLER);
    if (caller == null) {
      return List.of();
    }
    List<String> present = new ArrayList<>(caller.key().metadata().keySet());
    if (caller.key().name() != null && !present.contains("name")) {
      present.add("name");
    }
    present.add("key");
    return present;
  }
}
