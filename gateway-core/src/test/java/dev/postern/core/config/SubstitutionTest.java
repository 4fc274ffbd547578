package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SubstitutionTest {
  private static final Map<String, String> VARIABLES =
      Map.of("HOST", "h", "EMPTY", "", "_a1", "u", "BOTH", "$HOST");

  static List<Arguments> rows() {
    return List.of(
        argumentSet("bare name", "$HOST:80", "h:80"),
        argumentSet("braced name", "${HOST}x", "hx"),
        argumentSet("underscore and digit", "$_a1", "u"),
        argumentSet("unset with default", "${NOPE:-d e}", "d e"),
        argumentSet("default is literal", "${NOPE:-$HOST{}", "$HOST{"),
        argumentSet("empty default", "${NOPE:-}", ""),
        argumentSet("set to empty is not the default", "${EMPTY:-d}", ""),
        argumentSet("value is not expanded again", "$BOTH", "$HOST"),
        argumentSet("two dollars", "$$HOST", "$HOST"),
        argumentSet("dollar before digit", "$1", "$1"),
        argumentSet("dollar before bracket", "a$)", "a$)"),
        argumentSet("dollar at the end", "^/a$", "^/a$"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void replaces(String text, String expected) {
    Substitution substitution = new Substitution(VariableResolver.of(VARIABLES));

    assertThat(substitution.expand(text, (offset, code, message) -> {})).isEqualTo(expected);
  }

  static List<Arguments> bad() {
    return List.of(
        argumentSet("unset", "a $NOPE", "2 CFG004 environment variable NOPE is not set"),
        argumentSet("unset in braces", "${NOPE}", "0 CFG004 environment variable NOPE is not set"),
        argumentSet("no closing brace", "x${HOST", "1 CFG005"),
        argumentSet("bad name", "${1x}", "0 CFG005"),
        argumentSet("empty name", "${}", "0 CFG005"),
        argumentSet("another operator", "${HOST:?no}", "0 CFG005"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void reports(String text, String expected) {
    List<String> problems = new ArrayList<>();
    new Substitution(VariableResolver.of(VARIABLES))
        .expand(text, (offset, code, message) -> problems.add(offset + " " + code + " " + message));

    assertThat(problems).singleElement().asString().startsWith(expected);
  }

  @ParameterizedTest
  @MethodSource("literals")
  void escapedTextsComeBackAsTheyWere(String text) {
    Substitution substitution = new Substitution(VariableResolver.of(VARIABLES));

    assertThat(substitution.expand(Substitution.escape(text), (offset, code, message) -> {}))
        .isEqualTo(text);
  }

  static List<String> literals() {
    return List.of("^/a$", "$HOST", "a$$b", "$$", "${x}", "$1", "", "$", "$$$1", "$${HOST}");
  }

  @Test
  void aPlainScalarIsTypedAgain() {
    Sample.Document document =
        Sample.load(
                "port: $PORT\nenabled: ${NOPE:-true}",
                Sample.Document.class,
                Sample.variables("PORT", "8080"))
            .orThrow();

    assertThat(document.port()).isEqualTo(8080);
    assertThat(document.enabled()).isTrue();
  }

  @Test
  void aVariableSetToNothingIsAnEmptyText() {
    assertThat(load("name: $E", "E", "").orThrow().name()).isEmpty();
  }

  @Test
  void aValueCannotAddStructure() {
    String value = "x\": [1]\n# ' : y";

    assertThat(load("name: $V # $UNSET", "V", value).orThrow().name()).isEqualTo(value);
    assertThat(load("headers: {$V: \"$V\"}", "V", value).orThrow().headers())
        .containsExactly(Map.entry(value, value));
  }

  @Test
  void allUnsetVariablesAreReportedTogetherAndNothingElseIsSaidAboutTheirFields() {
    assertThat(Sample.lines(load("name: $A\nport: $B$C\ntls: {cert: $D}").diagnostics()))
        .containsExactly(
            "1:7 CFG004 name: environment variable A is not set",
            "2:7 CFG004 port: environment variable B is not set",
            "2:7 CFG004 port: environment variable C is not set",
            "3:13 CFG004 tls.cert: environment variable D is not set");
  }

  @Test
  void secretAroundAVariableIsNotShown() {
    assertThat(load("key: \"hunter2$NOPE\"").diagnostics().getFirst().toString())
        .contains("environment variable NOPE is not set", "key: *********")
        .doesNotContain("hunter2");
  }

  @Test
  void textModeExpandsStructureAndComments() {
    LoadOptions options = Sample.variables("V", "{cert: c}").envMode(EnvMode.TEXT);

    assertThat(Sample.load("tls: $V", Sample.Document.class, options).orThrow().tls())
        .isEqualTo(new Sample.Tls("c", null));
    assertThat(
            Sample.lines(
                Sample.load("name: x\n# $A", Sample.Document.class, options).diagnostics()))
        .containsExactly("2:3 CFG004 environment variable A is not set");
  }

  @Test
  void aVariableThatHoldsStructureIsRefusedWithAHint() {
    ConfigDiagnostic problem = load("tls: $V", "V", "{cert: c}").diagnostics().getFirst();

    assertThat(problem.code()).isEqualTo(ConfigCode.WRONG_TYPE);
    assertThat(problem.notes()).containsExactly("use --env-mode text");
  }

  @Test
  void offModeLeavesEverythingAsItIs() {
    LoadOptions options = Sample.variables().envMode(EnvMode.OFF);

    assertThat(Sample.load("name: ${A}", Sample.Document.class, options).orThrow().name())
        .isEqualTo("${A}");
  }

  @Test
  void messagesShowTheVariableAndNotItsValue() {
    assertThat(load("port: $V", "V", "hunter2").diagnostics().getFirst().toString())
        .contains("port: \"$V\" (expected: a whole number)")
        .doesNotContain("hunter2");
  }

  private static Loader.Loaded<Sample.Document> load(String yaml, String... variables) {
    return Sample.load(yaml, Sample.Document.class, Sample.variables(variables));
  }
}
