package dev.postern.policy.traffic;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.HeaderChanges;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.util.List;
import java.util.Map;

/**
 * Changes the headers of responses: adds lines, then sets, then removes.
 *
 * <p>Applies to what the gateway answers itself as well, as far as it comes from further in.
 *
 * @param add lines to append
 * @param set lines that replace all of their name
 * @param remove names of lines to take out
 */
public record ResponseHeaderModifier(
    Map<String, String> add, Map<String, String> set, List<String> remove)
    implements InterceptingPolicy {
  /** Checks the names and values; absent ones are none. */
  public ResponseHeaderModifier {
    HeaderChanges changes = new HeaderChanges(add, set, remove);
    add = changes.add();
    set = changes.set();
    remove = changes.remove();
  }

  /** Returns a policy that changes nothing yet. */
  public static ResponseHeaderModifier none() {
    return new ResponseHeaderModifier(Map.of(), Map.of(), List.of());
  }

  /** Returns a copy that also appends a line. */
  public ResponseHeaderModifier add(String name, String value) {
    return of(changes().andAdd(name, value));
  }

  /** Returns a copy that also sets a line. */
  public ResponseHeaderModifier set(String name, String value) {
    return of(changes().andSet(name, value));
  }

  /** Returns a copy that takes out lines of these names, and no others. */
  public ResponseHeaderModifier remove(String... names) {
    return new ResponseHeaderModifier(add, set, List.of(names));
  }

  @Override
  public String kind() {
    return "responseHeaderModifier";
  }

  @Override
  public Phase phase(Place place) {
    return switch (place) {
      case GATEWAY -> throw place.misplaced(kind(), "a route or a backend");
      case ROUTE -> Phase.HEADER_MODIFIER;
      case BACKEND -> Phase.BACKEND_HEADER_MODIFIER;
    };
  }

  @Override
  public Interceptor interceptor(GatewayContext context) {
    HeaderChanges changes = changes();
    return (exchange, request, next) -> {
      GatewayResponse response = next.proceed(exchange, request);
      return response.withHeaders(changes.applyTo(response.headers()));
    };
  }

  private HeaderChanges changes() {
    return new HeaderChanges(add, set, remove);
  }

  private static ResponseHeaderModifier of(HeaderChanges changes) {
    return new ResponseHeaderModifier(changes.add(), changes.set(), changes.remove());
  }
}
