package dev.postern.policy.authn;

import dev.postern.core.exchange.Exchange;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code jwt}: the claims of the caller's token, and the token itself at {@code rawToken}. */
final class JwtVariable implements VariableSource {
  static final VariableSource INSTANCE = new JwtVariable();

  private static final String RAW = "rawToken";
  private static final VariableType.Fields FIELDS =
      new VariableType.Fields(Map.of(RAW, VariableType.Scalar.ANY), true);

  private JwtVariable() {}

  @Override
  public String name() {
    return "jwt";
  }

  @Override
  public VariableType.Fields fields() {
    return FIELDS;
  }

  @Override
  public @Nullable Object read(Exchange exchange, String field) {
    JwtVerifier.Caller caller = exchange.get(JwtVerifier.CALLER);
    if (caller == null) {
      return null;
    }
    return field.equals(RAW) ? caller.token() : caller.claims().members().get(field);
  }

  @Override
  public Collection<String> present(Exchange exchange) {
    JwtVerifier.Caller caller = exchange.get(JwtVerifier.CALLER);
    if (caller == null) {
      return List.of();
    }
    Set<String> present = new LinkedHashSet<>(caller.claims().members().keySet());
    present.add(RAW);
    return present;
  }
}
