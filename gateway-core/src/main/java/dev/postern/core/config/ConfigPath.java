package dev.postern.core.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A YAML path, kept as a chain so that a node costs no text until somebody asks. */
final class ConfigPath {
  static final ConfigPath ROOT = new ConfigPath(null, "");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_$*/:-]+");

  private final @Nullable ConfigPath parent;
  private final String segment;

  private ConfigPath(@Nullable ConfigPath parent, String segment) {
    this.parent = parent;
    this.segment = segment;
  }

  ConfigPath key(String key) {
    return new ConfigPath(
        this,
        PLAIN.matcher(key).matches()
            ? (parent == null ? key : "." + key)
            : "[\"" + key.replace("\"", "\\\"") + "\"]");
  }

  ConfigPath index(int index) {
    return new ConfigPath(this, "[" + index + "]");
  }

  @Override
  public String toString() {
    return parent == null ? segment : parent + segment;
  }
}
