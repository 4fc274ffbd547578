package dev.postern.core;

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
    } catch (IllegalArgumentException e) {
      add(path, String.valueOf(e.getMessage()));
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
    return cause instanceof InvalidConfigurationException located
        ? located
        : at(path, String.valueOf(cause.getMessage()));
  }

  /** Returns one problem as an exception. */
  static InvalidConfigurationException at(String path, String message) {
    return new InvalidConfigurationException(
        List.of(new InvalidConfigurationException.Problem(path, message)));
  }
}
