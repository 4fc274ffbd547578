package dev.postern.core.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Second names of fields that files in the wild use, and that are as good as the first. */
final class Synonyms {
  private static final Map<String, String> NAMES =
      Map.of(
          "logging", "accessLog",
          "minTlsVersion", "minTLSVersion",
          "maxTlsVersion", "maxTLSVersion");

  private Synonyms() {}

  /** Returns the name of the field that is also written like this, or null. */
  static @Nullable String nameOf(String synonym) {
    return NAMES.get(synonym);
  }

  /** Returns the other name of a field, or null. */
  static @Nullable String of(String name) {
    for (Map.Entry<String, String> entry : NAMES.entrySet()) {
      if (entry.getValue().equals(name)) {
        return entry.getKey();
      }
    }
    return null;
  }
}
