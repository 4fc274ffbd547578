package dev.postern.policy.testing;

import static java.util.Objects.requireNonNull;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.config.ConfigCode;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.config.LoadedDocument;
import dev.postern.core.config.VariableResolver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tests of a configuration, from a YAML file.
 *
 * <pre>{@code
 * config: gateway.yaml
 * tests:
 * - name: clerks may not delete
 *   request: {method: DELETE, path: /orders/1}
 *   identity: {jwt: {sub: alice, role: clerk}}
 *   expect: {status: 403, rule: only managers delete}
 * }</pre>
 *
 * <p>Every policy runs as it is configured. Backends are replaced by one that answers 200, callers
 * are believed what {@code identity} says, and no other server is reached. Immutable.
 */
public final class PolicyTests {
  private final List<PolicyTest> tests;

  private PolicyTests(List<PolicyTest> tests) {
    this.tests = tests;
  }

  /**
   * Reads tests of the configuration that their file names at {@code config}.
   *
   * @throws ConfigException with everything that is wrong with either file
   */
  public static PolicyTests load(Path tests) {
    return load(tests, null, LoadOptions.DEFAULTS);
  }

  /**
   * Reads tests.
   *
   * @param config the configuration, or null for the one that the tests name
   * @param options how both files are read; variables that the tests set win
   * @throws ConfigException with everything that is wrong with either file
   */
  public static PolicyTests load(Path tests, @Nullable Path config, LoadOptions options) {
    LoadedDocument<TestFile> file = read(tests, options);
    Path chosen = config == null ? file.value().config() : config;
    if (chosen == null) {
      throw file.refuse(
          ConfigCode.MISSING, "config", "is required (expected: the configuration that is tested)");
    }
    VariableResolver variables =
        VariableResolver.of(file.value().variables()).or(options.variables());
    LoadedConfig loaded = Configs.load(shortened(chosen), options.variables(variables));
    try {
      return of(file, loaded.config());
    } catch (InvalidConfigurationException e) {
      throw loaded.locate(e);
    }
  }

  /**
   * Reads tests of a configuration that was made in Java.
   *
   * @throws ConfigException with everything that is wrong with the tests
   * @throws InvalidConfigurationException with everything that is wrong with the configuration
   */
  public static PolicyTests load(Path tests, GatewayConfig config) {
    requireNonNull(config, "config");
    return of(read(tests, LoadOptions.DEFAULTS), config);
  }

  private static LoadedDocument<TestFile> read(Path tests, LoadOptions options) {
    Path directory = tests.toAbsolutePath().getParent();
    LoadOptions beside = directory == null ? options : options.baseDir(directory);
    return Configs.read(tests, beside, TestFile.class);
  }

  /** Returns the path as seen from the working directory, if it is below, for messages. */
  private static Path shortened(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path) : path;
  }

  private static PolicyTests of(LoadedDocument<TestFile> file, GatewayConfig config) {
    GatewayConfig whole = Gateway.builder().config(config).toConfig();
    GatewayConfig rehearsal = Rehearsal.of(whole);
    // What is wrong with the configuration is no test's fault.
    PolicyTest.gateway(rehearsal, InstantSource.system()).close(Duration.ZERO);
    return new PolicyTests(
        IntStream.range(0, file.value().tests().size())
            .mapToObj(index -> new PolicyTest(rehearsal, file, index))
            .toList());
  }

  /** Returns the tests, in the order of their file. */
  public List<PolicyTest> tests() {
    return tests;
  }

  /** Runs all tests. */
  public List<PolicyTestResult> run() {
    return tests.stream().map(PolicyTest::run).toList();
  }
}
