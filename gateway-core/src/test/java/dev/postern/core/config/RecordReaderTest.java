package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecordReaderTest {
  @Test
  void readsEveryType() {
    Sample.Document document =
        Sample.read(
            """
            name: 1.10
            port: 0o17
            enabled: True
            size: 4294967296
            ratio: 2
            pause: 1m30s
            mode: failClosed
            key: s3cret
            tls: {cert: a, depth: 2}
            match: {pathPrefix: /x}
            more: [{cert: b}, {cert: c}]
            headers: {x-a: 1, x-b: two}
            named: {k: {cert: d}}
            """);

    assertThat(document)
        .isEqualTo(
            new Sample.Document(
                "1.10",
                15,
                true,
                4294967296L,
                2.0,
                Duration.ofSeconds(90),
                Sample.Mode.FAIL_CLOSED,
                Secret.of("s3cret"),
                null,
                new Sample.Tls("a", 2),
                new Sample.Match.PathPrefix("/x"),
                List.of(new Sample.Tls("b", null), new Sample.Tls("c", null)),
                Map.of("x-a", "1", "x-b", "two"),
                Map.of("k", new Sample.Tls("d", null))));
  }

  @Test
  void nullIsAbsent() {
    assertThat(Sample.read("name: null\nport: ~\nmore:\n")).isEqualTo(Sample.read(""));
  }

  @ParameterizedTest
  @MethodSource("problems")
  void reports(String yaml, String problem) {
    assertThat(Sample.lines(Sample.problems(yaml))).containsExactly(problem);
  }

  static List<Arguments> problems() {
    return List.of(
        argumentSet(
            "text for a number", "port: x", "1:7 CFG011 port: \"x\" (expected: a whole number)"),
        argumentSet(
            "fraction for a whole number",
            "port: 1.5",
            "1:7 CFG011 port: \"1.5\" (expected: a whole number)"),
        argumentSet(
            "number too large",
            "port: 99999999999",
            "1:7 CFG014 port: 99999999999 (expected: -2147483648..2147483647)"),
        argumentSet(
            "yes for a boolean",
            "enabled: yes",
            "1:10 CFG011 enabled: \"yes\" (expected: true or false)"),
        argumentSet(
            "object for a text",
            "name: {a: 1}",
            "1:7 CFG011 name: an object (expected: a single value)"),
        argumentSet(
            "list for an object",
            "tls: [1]",
            "1:6 CFG011 tls: a list (expected: an object with cert, depth)"),
        argumentSet(
            "text for an object",
            "tls: x",
            "1:6 CFG011 tls: a text (expected: an object with cert, depth)"),
        argumentSet("text for a list", "more: x", "1:7 CFG011 more: a text (expected: a list)"),
        argumentSet(
            "nothing in a list", "more: [~]", "1:8 CFG011 more[0]: nothing (expected: a value)"),
        argumentSet(
            "unknown enum constant",
            "mode: open",
            "1:7 CFG013 mode: \"open\" (expected: one of failOpen, failClosed)"),
        argumentSet(
            "enum constant in another case",
            "mode: failopen",
            "1:7 CFG040 mode: \"failopen\" is spelt \"failOpen\""),
        argumentSet("required field", "tls: {depth: 1}", "1:6 CFG012 tls.cert is required"),
        argumentSet(
            "refused by the record",
            "more:\n- cert: a\n- cert: b\n  depth: 12",
            "4:10 CFG014 more[1].depth: 12 (expected: 0..9)"),
        argumentSet(
            "refused by a record of one component",
            "match: {exact: x}",
            "1:16 CFG016 match.exact: \"x\" (expected: a path)"),
        argumentSet(
            "no choice",
            "match: {}",
            "1:8 CFG015 match: nothing set (expected: exactly one of exact, pathPrefix, none)"),
        argumentSet(
            "two choices",
            "match: {exact: /a, pathPrefix: /b}",
            "1:8 CFG015 match: exact, pathPrefix: set together (expected: exactly one of exact,"
                + " pathPrefix, none)"),
        argumentSet(
            "alias in a choice",
            "match: {prefix: /a}",
            "1:9 CFG010 match.prefix: unknown field, did you mean \"pathPrefix\"?"),
        argumentSet(
            "bad duration",
            "pause: PT30S",
            "1:8 CFG016 pause: \"PT30S\" (expected: a duration such as 100ms, 1.5s, 1h30m or 7d;"
                + " this is ISO-8601, write 30s)"),
        argumentSet("empty secret", "key: \"\"", "1:6 CFG016 key: empty (expected: a secret)"),
        argumentSet(
            "secret of another shape", "key: {path: x}", "1:7 CFG010 key.path: unknown field"),
        argumentSet(
            "documented field",
            "tls: {cert: a, spiffe: {}}",
            "1:16 CFG030 tls.spiffe: SPIFFE Workload API is not supported; use cert/key files"),
        argumentSet(
            "ignored field",
            "tls: {cert: a, trustDomain: x}",
            "1:16 CFG041 tls.trustDomain: accepted and ignored"),
        argumentSet(
            "file of another program",
            "model_list: []",
            "1:1 CFG010 model_list: unknown field; this is a LiteLLM file, which cannot be read"));
  }

  @Test
  void pascalCaseIsAsGoodAsCamelCase() {
    assertThat(Sample.read("mode: FailOpen").mode()).isEqualTo(Sample.Mode.FAIL_OPEN);
    assertThat(Sample.problems("mode: FailOpen")).isEmpty();
  }

  @Test
  void aChoiceWithoutFieldsIsWrittenAsItsName() {
    assertThat(Sample.read("match: none").match()).isEqualTo(new Sample.Match.None());
  }

  @Test
  void reportsAllProblemsByPosition() {
    assertThat(Sample.lines(Sample.problems("port: x\nnmae: y\ntls: {cert: 1, depth: 99}")))
        .containsExactly(
            "1:7 CFG011 port: \"x\" (expected: a whole number)",
            "2:1 CFG010 nmae: unknown field, did you mean \"name\"?",
            "3:23 CFG014 tls.depth: 99 (expected: 0..9)");
  }

  @Test
  void reportsAHundredProblemsAtMost() {
    StringBuilder yaml = new StringBuilder("more:\n");
    for (int i = 0; i < 500; i++) {
      yaml.append("- {cert: a, depth: 99}\n");
    }

    assertThat(Sample.problems(yaml.toString())).hasSize(100);
  }

  @Test
  void readsASecretFromAFileAndReportsTheFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("key"), "s3cret\n");
    Loader.Loaded<Sample.Document> loaded =
        Sample.load(
            "key: {file: key}", Sample.Document.class, Sample.variables().baseDir(directory));

    assertThat(loaded.orThrow().key().reveal()).isEqualTo("s3cret");
    assertThat(loaded.files()).containsExactly(file.toAbsolutePath());
  }

  @Test
  void aSecretOfAVariableRemembersTheVariable() {
    Secret key =
        Sample.load("key: ${K}", Sample.Document.class, Sample.variables("K", " s3cret "))
            .orThrow()
            .key();

    assertThat(key.reveal()).isEqualTo("s3cret");
    assertThat(key.reference()).contains(new Secret.Reference.Template("${K}"));
  }

  @Test
  void triesTheWorkingDirectoryThenThatOfTheFile(@TempDir Path directory) throws IOException {
    Path certificate = Files.writeString(directory.resolve("a.pem"), "x");
    Loader loader =
        new Loader("c", directory.resolve("c.yaml"), LoadOptions.DEFAULTS, Sample.DIALECT);

    assertThat(
            loader
                .load("file: a.pem".getBytes(), Sample.Document.class, (r, v, p) -> {})
                .orThrow()
                .file())
        .isEqualTo(certificate.toAbsolutePath());
    assertThat(
            loader
                .load("file: no.pem".getBytes(), Sample.Document.class, (r, v, p) -> {})
                .diagnostics()
                .getFirst()
                .text())
        .isEqualTo(
            "file: file not found or not readable (tried: "
                + Path.of("no.pem").toAbsolutePath()
                + ", "
                + directory.resolve("no.pem").toAbsolutePath()
                + ")");
  }

  @Test
  void unknownFieldsCanBeWarnings() {
    Loader.Loaded<Sample.Document> loaded =
        Sample.load(
            "nmae: x", Sample.Document.class, LoadOptions.DEFAULTS.ignoreUnknownFields(true));

    assertThat(loaded.orThrow()).isEqualTo(Sample.read(""));
    assertThat(loaded.diagnostics().getFirst().severity())
        .isEqualTo(ConfigDiagnostic.Severity.WARNING);
  }

  @Test
  void strictMakesWarningsErrors() {
    Loader.Loaded<Sample.Document> loaded =
        Sample.load("mode: failopen", Sample.Document.class, LoadOptions.DEFAULTS.strict(true));

    assertThat(loaded.value()).isNull();
  }

  @Test
  void readsPoliciesByTheirKeys() {
    PolicySet policies =
        Sample.load("guard: {}", Places.class, Sample.variables()).orThrow().backend();

    assertThat(policies).isEqualTo(PolicySet.of(new Sample.Guard()));
  }

  /** Reads its own fields as policies of a backend. */
  record Places(@Inline PolicySet backend) {}
}
