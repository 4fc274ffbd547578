package dev.postern.core.config;

import java.util.Locale;

/** What is wrong with a configuration: a closed list, stable in name and number. */
public enum ConfigCode {
  /** The text is not YAML, or not within its limits. */
  SYNTAX(1),
  /** A key stands twice in one object. */
  DUPLICATE_KEY(2),
  /** There is more than one document. */
  MORE_DOCUMENTS(3),
  /** A variable without a default is not set. */
  UNSET_VARIABLE(4),
  /** A substitution is malformed. */
  MALFORMED_SUBSTITUTION(5),
  /** No such field exists here. */
  UNKNOWN_FIELD(10),
  /** A value is of another type. */
  WRONG_TYPE(11),
  /** A required field is absent. */
  MISSING(12),
  /** A value is not one of those allowed. */
  NOT_ALLOWED(13),
  /** A number or a length is out of range. */
  OUT_OF_RANGE(14),
  /** Exactly, at most or at least one of several fields was expected. */
  CHOICE(15),
  /** A duration, address, host, URL, expression or the like is malformed. */
  MALFORMED(16),
  /** What is referred to does not exist. */
  UNKNOWN_REFERENCE(20),
  /** A name is taken. */
  DUPLICATE_NAME(21),
  /** A port is taken. */
  PORT_CONFLICT(22),
  /** Fields exclude or require one another. */
  CONFLICT(23),
  /** A file cannot be read. */
  UNREADABLE(24),
  /** A remote document cannot be fetched or is invalid. */
  REMOTE(25),
  /** Known, but not supported. */
  UNSUPPORTED(30),
  /** Removed or renamed. */
  REMOVED(31),
  /** Deprecated; still works. */
  DEPRECATED(40),
  /** Accepted and ignored. */
  IGNORED(41),
  /** Works, but is not safe. */
  INSECURE(42),
  /** Takes effect at the next start. */
  RESTART(50);

  private final String text;

  ConfigCode(int number) {
    this.text = String.format(Locale.ROOT, "CFG%03d", number);
  }

  /** Returns the code, as in {@code CFG010}. */
  @Override
  public String toString() {
    return text;
  }
}
