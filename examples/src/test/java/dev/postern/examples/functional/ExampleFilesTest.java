package dev.postern.examples.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.config.VariableResolver;
import dev.postern.examples.runner.Launcher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every YAML file under examples, read as its readers would have it read. */
class ExampleFilesTest {
  private static final String TESTS = ".tests.yaml";
  private static final Map<String, String> KEYS =
      Map.of("OPENAI_API_KEY", "k", "PRIMARY_KEY", "k", "BACKUP_KEY", "k");

  static List<Path> files() throws IOException {
    return yaml().stream().filter(file -> !file.toString().endsWith(TESTS)).toList();
  }

  static List<Path> tests() throws IOException {
    return yaml().stream().filter(file -> file.toString().endsWith(TESTS)).toList();
  }

  private static List<Path> yaml() throws IOException {
    try (Stream<Path> found = Files.walk(Path.of("."))) {
      return found
          .filter(file -> file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))
          .filter(file -> !file.toString().contains("/target/"))
          .sorted()
          .toList();
    }
  }

  @Test
  void theStoriesHaveOneEach() throws IOException {
    assertThat(files())
        .map(Path::toString)
        .contains(
            "./embed-in-app/gateway.yaml",
            "./embed-in-test/gateway.yaml",
            "./http-proxy/gateway.yaml",
            "./llm-basic/gateway.yaml",
            "./llm-failover/gateway.yaml",
            "./policy-test/gateway.yaml",
            "./traffic-auth/gateway.yaml",
            "./traffic-ratelimit/gateway.yaml");
  }

  @ParameterizedTest
  @MethodSource("files")
  void loadsWithoutAWarningAndMakesAGateway(Path file) {
    LoadOptions options = LoadOptions.DEFAULTS.strict(true).variables(VariableResolver.of(KEYS));

    LoadedConfig loaded = Configs.load(file, options);

    assertThat(loaded.diagnostics()).isEmpty();
    try (Gateway gateway = Gateway.from(loaded.config())) {
      assertThat(gateway.warnings()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void passesTheRunnersOwnCheck(Path file) throws Exception {
    assertThat(run("--validate-only", "-f", file.toString()))
        .isEqualTo("Configuration is valid!\n");
  }

  @ParameterizedTest
  @MethodSource("tests")
  void policyTestsPassInTheRunner(Path file) throws Exception {
    assertThat(run("--test", file.toString())).matches("[1-9][0-9]* passed, 0 failed\n");
  }

  private static String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Launcher.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder runner = new ProcessBuilder(command).redirectErrorStream(true);
    runner.environment().putAll(KEYS);
    Process process = runner.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
