package dev.postern.policy.testing;

import dev.postern.core.config.Location;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What came of one test.
 *
 * @param name what the test is called
 * @param location where it stands
 * @param failures what was expected and did not come; none if it passed
 */
public record PolicyTestResult(String name, Location location, List<Failure> failures) {
  /** Copies the list. */
  public PolicyTestResult {
    failures = List.copyOf(failures);
  }

  /** Returns whether everything came as expected. */
  public boolean passed() {
    return failures.isEmpty();
  }

  /** Returns the failures with their places, or that it passed. */
  @Override
  public String toString() {
    return passed()
        ? location + ": passed: " + name
        : failures.stream().map(Failure::toString).collect(Collectors.joining("\n"));
  }

  /**
   * One thing that did not come as expected.
   *
   * @param test what the test is called
   * @param location where the expectation stands
   * @param path its path in the file, as in {@code tests[2].expect.status}
   * @param expected what was expected
   * @param came what came
   * @param line the line of the file
   * @param trace how the answer came about
   */
  public record Failure(
      String test,
      Location location,
      String path,
      String expected,
      String came,
      String line,
      String trace) {
    /** Returns place, test, what came and what was expected, the line, and the trace. */
    @Override
    public String toString() {
      String number = Integer.toString(location.line());
      int marked =
          location.endLine() == location.line() ? location.endColumn() - location.column() : 1;
      return "%s: failed: %s: %s: %s (expected: %s)%n  %s | %s%n  %s | %s%s%n  = %s"
          .formatted(
              location,
              test,
              path.substring(path.indexOf('.') + 1),
              came,
              expected,
              number,
              line,
              " ".repeat(number.length()),
              " ".repeat(location.column() - 1),
              "^".repeat(Math.max(1, marked)),
              trace)
          .replace("\r\n", "\n");
    }
  }
}
