package dev.postern.core.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Knows the values of the variables that a configuration refers to. */
@FunctionalInterface
public interface VariableResolver {
  /** Returns the value of the variable, or null when it is not set. */
  @Nullable String resolve(String name);

  /** Returns the variables of this process's environment. */
  static VariableResolver environment() {
    return System::getenv;
  }

  /** Returns the variables of a map, which is copied. */
  static VariableResolver of(Map<String, String> variables) {
    Map<String, String> copy = Map.copyOf(variables);
    return copy::get;
  }

  /** Returns a resolver that asks {@code next} for what this one does not know. */
  default VariableResolver or(VariableResolver next) {
    return name -> {
      String value = resolve(name);
      return value == null ? next.resolve(name) : value;
    };
  }
}
