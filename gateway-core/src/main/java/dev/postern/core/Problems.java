package dev.postern.core;

import dev.postern.core.exchange.ExpressionException;
import dev.postern.core.exchange.ExpressionText;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a configuration, so that all of it is reported together. */
final class Problems {
  private final List<InvalidConfigurationException.Problem> problems = new ArrayList<>();

  /** Runs {@code part}; what it finds wrong is noted under {@code path}. */
  void check(String path, Runnable part) {
    try {
      part.run();
    } catch (InvalidConfigurationException e) {
      problems.addAll(e.problems());
    } catch (ExpressionException e) {
      add(of(path, e));
    } catch (IllegalArgumentException e) {
      add(path, String.valueOf(e.getMessage()));
    }
  }

  private static InvalidConfigurationException.Problem of(String path, ExpressionException e) {
    ExpressionText.Origin origin = e.expression().origin();
    return origin == null
        ? new InvalidConfigurationException.Problem(path, String.valueOf(e.getMessage()))
        : new InvalidConfigurationException.Problem(origin.path(), e.problem(), e.position());
  }

  /** Notes a problem, once: an inherited policy is compiled at several places. */
  private void add(InvalidConfigurationException.Problem problem) {
    if (!problems.contains(problem)) {
      problems.add(problem);
    }
  }

  /** Notes a problem. */
  void add(String path, String message) {
    problems.add(new InvalidConfigurationException.Problem(path, message));
  }

  /**
   * Returns if nothing was noted.
   *
   * @throws InvalidConfigurationException with everything that was
   */
  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new InvalidConfigurationException(problems);
    }
  }

  /** Returns {@code cause} with {@code path} in front. */
  static InvalidConfigurationException at(String path, IllegalArgumentException cause) {
    return switch (cause) {
      case InvalidConfigurationException located -> located;
      case ExpressionException e -> new InvalidConfigurationException(List.of(of(path, e)));
      default -> at(path, String.valueOf(cause.getMessage()));
    };
  }

  /** Returns one problem as an exception. */
  static InvalidConfigurationException at(String path, String message) {
    return new InvalidConfigurationException(
        List.of(new InvalidConfigurationException.Problem(path, message)));
  }
}
