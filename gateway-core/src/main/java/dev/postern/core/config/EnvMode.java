package dev.postern.core.config;

/** Where environment variables are substituted. */
public enum EnvMode {
  /** In scalars, after parsing: a value can never add structure. */
  SCALAR,
  /** In the whole text before parsing, comments included. */
  TEXT,
  /** Nowhere. */
  OFF
}
