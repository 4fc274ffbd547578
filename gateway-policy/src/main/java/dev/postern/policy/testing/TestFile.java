package dev.postern.policy.testing;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file with tests of a configuration.
 *
 * @param config the configuration; relative to this file
 * @param variables what the variables in the configuration stand for
 * @param clock what time it is; the time of the machine by default
 * @param tests the tests
 */
record TestFile(
    @Nullable Path config,
    Map<String, String> variables,
    @Nullable Instant clock,
    List<Entry> tests) {
  TestFile {
    variables = variables == null ? Map.of() : Map.copyOf(variables);
    requireNonNull(tests, "tests");
    if (tests.isEmpty()) {
      throw new IllegalArgumentException("tests: none (expected: at least one)");
    }
  }

  /**
   * One test.
   *
   * @param name what it shows
   * @param request what is asked
   * @param identity who asks; nobody by default
   * @param backend what the backend answers; 200 by default
   * @param clock what time it is
   * @param times how often it is asked; what is expected is expected of the last time
   * @param expect what must come of it
   */
  record Entry(
      @Nullable String name,
      Asking request,
      Identity identity,
      Reply backend,
      @Nullable Instant clock,
      int times,
      Expectation expect) {
    static final int DEFAULT_TIMES = 1;

    private static final int MOST_TIMES = 10_000;

    Entry {
      requireNonNull(request, "request");
      requireNonNull(expect, "expect");
      identity = identity == null ? Identity.NOBODY : identity;
      backend = backend == null ? Reply.OK : backend;
      if (times < 1 || times > MOST_TIMES) {
        throw new IllegalArgumentException(
            "times: " + times + " (expected: 1.." + MOST_TIMES + ")");
      }
    }

    /** Returns what the test is called. */
    String title() {
      return name == null ? request.method() + " " + request.path() : name;
    }
  }
}
