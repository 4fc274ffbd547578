package dev.postern.policy.testing;

import dev.postern.core.config.Location;
import java.net.URI;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Tests of a configuration as JUnit runs them, each under its name and with its line in the file.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> policies() {
 *   return DynamicPolicyTests.of(PolicyTests.load(Path.of("gateway.tests.yaml")));
 * }
 * }</pre>
 */
public final class DynamicPolicyTests {
  private DynamicPolicyTests() {}

  /** Returns the tests for a method with {@code @TestFactory}. */
  public static Stream<DynamicTest> of(PolicyTests tests) {
    return tests.tests().stream()
        .map(test -> DynamicTest.dynamicTest(test.name(), source(test.location()), test::check));
  }

  private static URI source(Location location) {
    URI file = Path.of(location.source()).toAbsolutePath().toUri();
    return URI.create(file + "?line=" + location.line() + "&column=" + location.column());
  }
}
