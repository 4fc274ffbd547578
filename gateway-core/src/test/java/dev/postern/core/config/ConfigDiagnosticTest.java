package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfigDiagnosticTest {
  @Test
  void printsPositionCodePathMessageAndTheLine() {
    ConfigDiagnostic problem =
        Sample.problems("name: x\nnamed:\n  k:\n    crt: y\n    cert: z\n").getFirst();

    assertThat(problem)
        .hasToString(
            """
            config.yaml:4:5: error[CFG010] named.k.crt: unknown field, did you mean "cert"?
              4 |     crt: *
                |     ^^^
              = valid fields: cert, depth\
            """);
  }

  @Test
  void listsOtherPlaces() {
    assertThat(Sample.problems("name: x\nport: 1\nname: y\n").getFirst())
        .hasToString(
            """
            config.yaml:3:1: error[CFG002] name: duplicate key
              3 | name: y
                | ^^^^
              = first written here: config.yaml:1:1\
            """);
  }

  @Test
  void theExceptionSaysItAll() {
    assertThat(new ConfigException(Sample.problems("nmae: x\nprot: 1\n")))
        .hasMessageContaining("config.yaml:1:1: error[CFG010] nmae: unknown field")
        .hasMessageContaining("config.yaml:2:1: error[CFG010] prot: unknown field");
  }

  @Test
  void neverShowsASecretOnTheLineOfAnotherProblem() {
    String yaml =
        "{key: \"hunter2, x\", nmae: hunter3, tls: {apiKey: hunter4, cert: c, depth: 99}}";

    assertThat(new ConfigException(Sample.problems(yaml)).getMessage())
        .contains("tls.depth: 99 (expected: 0..9)")
        .doesNotContain("hunter");
  }

  @Test
  void neverShowsASecretInASyntaxError() {
    assertThat(new ConfigException(Sample.problems("x: {apiKey: hunter2, b: ]")).getMessage())
        .contains("CFG001")
        .doesNotContain("hunter");
  }

  @Test
  void neverShowsASecretOfTheWrongShape() {
    assertThat(new ConfigException(Sample.problems("tls: hunter2")).diagnostics().getFirst().text())
        .doesNotContain("hunter");
  }
}
