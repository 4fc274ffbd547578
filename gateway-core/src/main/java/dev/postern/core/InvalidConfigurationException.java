package dev.postern.core;

import dev.postern.core.exchange.ExpressionText;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A configuration that no gateway can be made of. Says everything that is wrong with it. */
public final class InvalidConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /** Creates the exception. */
  public InvalidConfigurationException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** Returns what is wrong, in the order of the configuration. */
  public List<Problem> problems() {
    return problems;
  }

  /**
   * One thing that is wrong.
   *
   * @param path where, as in {@code routes[2].policies.retry}
   * @param message what, and what was expected
   * @param position where in the file, when it is a part of a value that is wrong, or null
   */
  public record Problem(String path, String message, ExpressionText.@Nullable Position position) {
    /** Creates a problem of a whole value. */
    public Problem(String path, String message) {
      this(path, message, null);
    }

    @Override
    public String toString() {
      return path + ": " + message;
    }
  }
}
