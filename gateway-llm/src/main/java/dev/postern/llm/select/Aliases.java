package dev.postern.llm.select;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Other names for models: an exact one first, else the longest pattern. Immutable. */
public final class Aliases {
  /** No aliases. */
  public static final Aliases NONE = new Aliases(Map.of());

  private final Map<String, String> exact = new LinkedHashMap<>();
  private final Map<ModelPattern, String> patterns =
      new TreeMap<>(ModelPattern.MOST_SPECIFIC_FIRST.thenComparing(ModelPattern::text));

  private Aliases(Map<String, String> aliases) {
    aliases.forEach((name, model) -> {
      ModelPattern pattern = new ModelPattern(name);
      if (pattern.isExact()) {
        exact.put(name, model);
      } else {
        patterns.put(pattern, model);
      }
    });
  }

  /**
   * Returns aliases.
   *
   * @param aliases the model for each name or pattern
   * @throws IllegalArgumentException if a pattern is none
   */
  public static Aliases of(Map<String, String> aliases) {
    return aliases.isEmpty() ? NONE : new Aliases(aliases);
  }

  /** Returns the model that a name means: another one, or itself. Not applied twice. */
  public String resolve(String name) {
    String model = exact.get(name);
    if (model != null) {
      return model;
    }
    for (Map.Entry<ModelPattern, String> alias : patterns.entrySet()) {
      if (alias.getKey().matches(name)) {
        return alias.getValue();
      }
    }
    return name;
  }

  /** Returns the names that are aliases exactly. */
  public Set<String> names() {
    return Collections.unmodifiableSet(exact.keySet());
  }
}
