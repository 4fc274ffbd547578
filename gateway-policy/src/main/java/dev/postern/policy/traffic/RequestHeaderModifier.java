package dev.postern.policy.traffic;

import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.Authority;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.HeaderChanges;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.Route;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes the headers of requests: adds lines, then sets, then removes.
 *
 * <p>Setting {@code host} changes the authority, which then goes upstream instead of the backend's
 * own name.
 *
 * @param add lines to append
 * @param set lines that replace all of their name
 * @param remove names of lines to take out
 */
public record RequestHeaderModifier(
    Map<String, String> add, Map<String, String> set, List<String> remove)
    implements InterceptingPolicy {
  /** Checks the names and values; absent ones are none. */
  public RequestHeaderModifier {
    set = set == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(set));
    refuseHost("add", add == null ? List.of() : add.keySet());
    refuseHost("remove", remove == null ? List.of() : remove);
    HeaderChanges lines = new HeaderChanges(add, withoutHost(set), remove);
    add = lines.add();
    remove = lines.remove();
    String host = host(set);
    if (host != null) {
      try {
        Authority.canonical(host);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "set.host: \"" + host + "\" (expected: a host and an optional port)", e);
      }
    }
  }

  /** Returns a policy that changes nothing yet. */
  public static RequestHeaderModifier none() {
    return new RequestHeaderModifier(Map.of(), Map.of(), List.of());
  }

  /** Returns a copy that also appends a line. */
  public RequestHeaderModifier add(String name, String value) {
    return new RequestHeaderModifier(with(add, name, value), set, remove);
  }

  /** Returns a copy that also sets a line. */
  public RequestHeaderModifier set(String name, String value) {
    return new RequestHeaderModifier(add, with(set, name, value), remove);
  }

  /** Returns a copy that takes out lines of these names, and no others. */
  public RequestHeaderModifier remove(String... names) {
    return new RequestHeaderModifier(add, set, List.of(names));
  }

  @Override
  public String kind() {
    return "requestHeaderModifier";
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
    String host = host(set);
    String authority = host == null ? null : Authority.canonical(host);
    HeaderChanges changes = new HeaderChanges(add, withoutHost(set), remove);
    return (exchange, request, next) -> {
      GatewayRequest.Builder changed =
          request.toBuilder().headers(changes.applyTo(request.headers()));
      if (authority != null) {
        changed.authority(authority);
        exchange.set(Route.KEEP_AUTHORITY, true);
      }
      return next.proceed(exchange, changed.build());
    };
  }

  private static @Nullable String host(Map<String, String> set) {
    for (Map.Entry<String, String> line : set.entrySet()) {
      if (Headers.equalNames(line.getKey(), "host")) {
        return line.getValue();
      }
    }
    return null;
  }

  private static void refuseHost(String field, Collection<String> names) {
    for (String name : names) {
      if (Headers.equalNames(name, "host")) {
        throw new IllegalArgumentException(
            field + ": \"" + name + "\" (expected: the host only in set)");
      }
    }
  }

  private static Map<String, String> withoutHost(Map<String, String> set) {
    Map<String, String> lines = new LinkedHashMap<>(set);
    lines.keySet().removeIf(name -> Headers.equalNames(name, "host"));
    return lines;
  }

  private static Map<String, String> with(Map<String, String> values, String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put(name, value);
    return more;
  }
}
