package dev.postern.examples.runner;

import static java.util.Objects.requireNonNull;

import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.Logging;
import dev.postern.policy.testing.PolicyTestResult;
import dev.postern.policy.testing.PolicyTests;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs policy tests in place of a gateway: what failed goes to standard error, how many to standard
 * output.
 */
final class TestRun {
  private static final int A_TEST_FAILED = 1;

  private TestRun() {}

  /** Returns the exit code. */
  static int run(Options options) {
    // What a policy would log about a request, the failures say.
    LogLevels.apply(new Logging(AccessLog.Format.TEXT, List.of("off")));
    Path tests = Path.of(requireNonNull(options.tests()));
    Path config = options.file() == null ? null : Path.of(options.file());
    List<PolicyTestResult> results = PolicyTests.load(tests, config, options.load()).run();
    List<PolicyTestResult> failed = results.stream().filter(result -> !result.passed()).toList();
    failed.forEach(System.err::println);
    System.out.printf("%d passed, %d failed%n", results.size() - failed.size(), failed.size());
    return failed.isEmpty() ? 0 : A_TEST_FAILED;
  }
}
