package dev.postern.policy.cel;

import dev.cel.runtime.CelVariableResolver;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.VariableSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The variables of one evaluation: each made when it is asked for. */
final class Activation implements CelVariableResolver {
  private static final Optional<Object> NOTHING_KNOWN = Optional.of(LookupMap.of(Map.of()));

  private final Exchange exchange;
  private final GatewayRequest request;
  private final @Nullable GatewayResponse response;
  private final List<VariableSource> sources;

  Activation(
      Exchange exchange,
      GatewayRequest request,
      @Nullable GatewayResponse response,
      List<VariableSource> sources) {
    this.exchange = exchange;
    this.request = request;
    this.response = response;
    this.sources = sources;
  }

  @Override
  public Optional<Object> find(String name) {
    return switch (name) {
      case "request" -> Optional.of(new RequestView(exchange, request));
      case "response" ->
          response == null ? Optional.empty() : Optional.of(new ResponseView(exchange, response));
      case "proxy" -> Optional.of(new ProxyView(exchange));
      case "source" -> Optional.of(new ClientView(exchange));
      case "destination" -> Optional.of(new DestinationView(exchange.connection()));
      case "backend" -> Optional.of(new BackendView(exchange.record()));
      case "env" -> Optional.of(EnvView.INSTANCE);
      case Macros.VARIABLES -> Optional.of(LookupMap.of(all()));
      default -> offered(name);
    };
  }

  /** Returns all variables that have values. */
  private Map<String, Object> all() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (String name : Vocabulary.BUILT_IN) {
      find(name).ifPresent(value -> all.put(name, value));
    }
    for (VariableSource source : sources) {
      SourceView offered = new SourceView(source, exchange);
      if (!offered.isEmpty()) {
        all.put(source.name(), offered);
      }
    }
    return all;
  }

  private Optional<Object> offered(String name) {
    for (VariableSource source : sources) {
      if (source.name().equals(name)) {
        return Optional.of(new SourceView(source, exchange));
      }
    }
    return Vocabulary.ALWAYS.contains(name) ? NOTHING_KNOWN : Optional.empty();
  }
}
