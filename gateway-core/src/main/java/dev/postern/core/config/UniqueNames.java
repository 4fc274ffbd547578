package dev.postern.core.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what has the name of another object of its kind. */
final class UniqueNames {
  private final String field;
  private final Diagnostics problems;
  private final Map<String, ConfigNode> taken = new LinkedHashMap<>();

  /**
   * @param field the field that the name is written in
   */
  UniqueNames(String field, Diagnostics problems) {
    this.field = field;
    this.problems = problems;
  }

  /** Looks at one object; those without a name are never alike. */
  void check(ConfigNode item) {
    check(item, null);
  }

  /** Looks at one object, which is called {@code unnamed} when it has no name. */
  void check(ConfigNode item, @Nullable String unnamed) {
    ConfigNode value = item.get(field);
    String name = value == null ? unnamed : Definitions.name(value);
    if (name == null) {
      return;
    }
    ConfigNode at = value == null ? item : value;
    ConfigNode earlier = taken.putIfAbsent(name, at);
    if (earlier != null) {
      problems.add(
          ConfigDiagnostic.error(
                  ConfigCode.DUPLICATE_NAME,
                  at.location(),
                  at.path(),
                  field + " " + name + " is taken")
              .relate(earlier.location(), "first written here"));
    }
  }
}
