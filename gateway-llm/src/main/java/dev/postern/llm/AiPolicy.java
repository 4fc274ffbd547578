package dev.postern.llm;

import dev.postern.core.json.Json;
import dev.postern.core.spi.Policy;
import dev.postern.llm.select.Aliases;
import dev.postern.llm.wire.RouteType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How calls to models are taken and changed.
 *
 * @param routes the kind of call at the end of a path, in place of the default ones; empty for
 *     completions everywhere; null to change nothing
 * @param modelAliases other names for models: exact ones first, then the longest pattern
 * @param defaults members of request bodies that are added where absent
 * @param overrides members of request bodies that are always set
 * @param alwaysUsage whether streams of chat completions end with their usage also for clients that
 *     did not ask for it; false by default
 */
public record AiPolicy(
    @Nullable Map<String, RouteType> routes,
    Map<String, String> modelAliases,
    Map<String, Json> defaults,
    Map<String, Json> overrides,
    boolean alwaysUsage)
    implements Policy {
  /** Changes nothing. */
  public static final AiPolicy DEFAULT = new AiPolicy(null, Map.of(), Map.of(), Map.of(), false);

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if a kind of call is not supported yet, or a pattern is none
   */
  public AiPolicy {
    if (routes != null) {
      routes = copy(routes);
      routes.forEach(AiPolicy::checkRoute);
    }
    modelAliases = copy(modelAliases);
    defaults = copy(defaults);
    overrides = copy(overrides);
    Aliases.of(modelAliases);
  }

  /** Returns this policy with one more alias. */
  public AiPolicy modelAlias(String name, String model) {
    Map<String, String> more = new LinkedHashMap<>(modelAliases);
    more.put(name, model);
    return new AiPolicy(routes, more, defaults, overrides, alwaysUsage);
  }

  /** Returns this policy with these kinds of call. */
  public AiPolicy routes(Map<String, RouteType> routes) {
    return new AiPolicy(routes, modelAliases, defaults, overrides, alwaysUsage);
  }

  /** Returns this policy with a member that is added to request bodies where it is absent. */
  public AiPolicy defaultMember(String name, Json value) {
    Map<String, Json> more = new LinkedHashMap<>(defaults);
    more.put(name, value);
    return new AiPolicy(routes, modelAliases, more, overrides, alwaysUsage);
  }

  /** Returns this policy with a member of request bodies that is always set. */
  public AiPolicy override(String name, Json value) {
    Map<String, Json> more = new LinkedHashMap<>(overrides);
    more.put(name, value);
    return new AiPolicy(routes, modelAliases, defaults, more, alwaysUsage);
  }

  /** Returns this policy with or without usage for clients that did not ask for it. */
  public AiPolicy alwaysUsage(boolean alwaysUsage) {
    return new AiPolicy(routes, modelAliases, defaults, overrides, alwaysUsage);
  }

  @Override
  public String kind() {
    return "ai";
  }

  private static void checkRoute(String suffix, RouteType type) {
    if (!type.supported()) {
      throw new IllegalArgumentException(
          "routes." + suffix + ": " + type + " is not supported yet");
    }
  }

  private static <V> Map<String, V> copy(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
