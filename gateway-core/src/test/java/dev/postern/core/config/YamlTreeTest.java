package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(20)
class YamlTreeTest {
  private final Diagnostics problems = new Diagnostics(false);

  private @Nullable ConfigNode tree(String yaml) {
    return new YamlTree(new SourceText("f", yaml), problems, null).read();
  }

  private List<String> problemsOf(String yaml) {
    tree(yaml);
    return Sample.lines(problems.finish(new SourceText("f", yaml)));
  }

  private ConfigNode value(String yaml) {
    ConfigNode root = tree(yaml);
    assertThat(Sample.lines(problems.finish(new SourceText("f", yaml)))).isEmpty();
    return root.fields().get("a");
  }

  static List<Arguments> scalars() {
    return List.of(
        argumentSet("off is a text", "off", ConfigNode.Kind.STRING),
        argumentSet("yes is a text", "yes", ConfigNode.Kind.STRING),
        argumentSet("true", "true", ConfigNode.Kind.BOOLEAN),
        argumentSet("True", "True", ConfigNode.Kind.BOOLEAN),
        argumentSet("octal", "0o17", ConfigNode.Kind.INTEGER),
        argumentSet("leading zero", "017", ConfigNode.Kind.INTEGER),
        argumentSet("fraction", "1.5", ConfigNode.Kind.FLOAT),
        argumentSet("tilde", "~", ConfigNode.Kind.NULL),
        argumentSet("null", "null", ConfigNode.Kind.NULL),
        argumentSet("empty", "", ConfigNode.Kind.NULL),
        argumentSet("quoted number", "\"1\"", ConfigNode.Kind.STRING),
        argumentSet("tagged text", "!!str 1", ConfigNode.Kind.STRING),
        argumentSet("block text", "|\n  1\n", ConfigNode.Kind.STRING));
  }

  @ParameterizedTest
  @MethodSource("scalars")
  void typesScalarsByTheCoreSchema(String text, ConfigNode.Kind kind) {
    assertThat(value("a: " + text).kind()).isEqualTo(kind);
  }

  @Test
  void knowsPathAndPlaceOfEveryNode() {
    ConfigNode item = value("a:\n  b.c:\n    - x\n    - {d: 1}\n").get("b.c").items().get(1);

    assertThat(item.get("d").path()).isEqualTo("a[\"b.c\"][1].d");
    assertThat(item.get("d").location()).isEqualTo(new Location("f", 4, 11, 4, 12));
    assertThat(item.get("d").keyLocation()).isEqualTo(new Location("f", 4, 8, 4, 9));
  }

  @Test
  void readsJson() {
    assertThat(value("{\"a\": {\"b\": [1, \"x\"]}}").get("b").items()).hasSize(2);
  }

  @Test
  void anEmptyTextIsAnEmptyConfiguration() {
    assertThat(tree("").names()).isEmpty();
    assertThat(tree("# nothing\n").names()).isEmpty();
    assertThat(tree("---\n...\n").names()).isEmpty();
  }

  @Test
  void anAliasRepeatsItsAnchorUnderItsOwnPath() {
    ConfigNode root = tree("x: &x {p: [1]}\na: *x\n");

    assertThat(root.get("a").get("p").items().getFirst().path()).isEqualTo("a.p[0]");
  }

  @Test
  void refusesDuplicateKeysWithBothPlaces() {
    tree("a: 1\nb: 2\na: 3\n");

    ConfigDiagnostic problem = problems.finish(new SourceText("f", "")).getFirst();
    assertThat(problem.code()).isEqualTo(ConfigCode.DUPLICATE_KEY);
    assertThat(problem.location()).hasToString("f:3:1");
    assertThat(problem.related().getFirst().location()).hasToString("f:1:1");
  }

  static List<Arguments> refused() {
    return List.of(
        argumentSet("custom tag", "a: !foo 1", "1:4 CFG001 a: tag !foo (expected: no tags)"),
        argumentSet(
            "Java tag",
            "a: !!javax.script.ScriptEngineManager [1]",
            "1:4 CFG001 a: tag javax.script.ScriptEngineManager (expected: no tags)"),
        argumentSet(
            "binary tag", "a: !!binary AAAA", "1:4 CFG001 a: tag binary (expected: no tags)"),
        argumentSet("set tag", "a: !!set {x}", "1:4 CFG001 a: tag set (expected: no tags)"),
        argumentSet(
            "second document", "a: 1\n---\nb: 2\n", "2:1 CFG003 only one document per file"),
        argumentSet(
            "merge key",
            "x: &x {b: 1}\na:\n  <<: *x\n",
            "3:3 CFG010 a[\"<<\"]: unknown field; merge keys are not applied"),
        argumentSet("alias without anchor", "a: *x", "1:4 CFG001 a: alias without its anchor"),
        argumentSet("alias of itself", "a: &x [*x]", "1:8 CFG001 a[0]: alias of what it stands in"),
        argumentSet(
            "key that is a list", "? [a]\n: 1", "1:3 CFG001 a key (expected: a plain text)"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refuses(String yaml, String problem) {
    assertThat(problemsOf(yaml)).containsExactly(problem);
  }

  @Test
  void refusesTabsAsIndentationWithTheirPlace() {
    assertThat(problemsOf("a:\n\tb: 1\n")).singleElement().asString().startsWith("2:1 CFG001 ");
  }

  @Test
  void refusesAnUnclosedQuoteAndAControlCharacter() {
    assertThat(problemsOf("a: \"x\n")).singleElement().asString().contains("CFG001");
    assertThat(problemsOf("a: \u0007\n").getFirst()).contains("CFG001");
  }

  @Test
  void refusesABombOfAliases() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++) {
      yaml.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(10)));
    }

    assertThat(problemsOf(yaml.toString()))
        .singleElement()
        .asString()
        .endsWith(
            "too many aliases (expected: at most 50 of collections, expanding to at most 10000"
                + " nodes)");
  }

  @Test
  void refusesMoreThanFiftyAliasesOfCollections() {
    String yaml = "x: &x {}\na: [" + "*x,".repeat(50) + "]\n";

    assertThat(problemsOf(yaml)).isEmpty();
    assertThat(problemsOf(yaml.replace("[", "[*x,"))).hasSize(1);
  }

  @Test
  void refusesDeepNestingWithoutReadingItAll() {
    assertThat(problemsOf("[".repeat(5_000_000)))
        .containsExactly("1:66 CFG001 nested deeper than 64 levels");
  }

  @Test
  void readsADocumentOfManyNodesWithoutAliases() {
    assertThat(value("a:\n" + "- {b: 1, c: [2, 3]}\n".repeat(20_000)).items()).hasSize(20_000);
  }

  @Test
  void refusesWhatIsNotUtf8() {
    byte[] bytes = "a: \u00e4".getBytes(StandardCharsets.ISO_8859_1);
    Loader loader = new Loader("f", null, LoadOptions.DEFAULTS, Sample.DIALECT);

    assertThat(loader.load(bytes, Sample.Document.class, (r, v, p) -> {}).diagnostics())
        .singleElement()
        .hasToString("f:1:1: error[CFG001] not UTF-8 (expected: UTF-8 text)\n  1 | \n    | ^");
  }

  @Test
  void skipsAByteOrderMark() {
    assertThat(Sample.read("\uFEFFname: x").name()).isEqualTo("x");
  }

  @Test
  void refusesATextThatIsTooLarge() {
    byte[] bytes = new byte[50 << 20];
    Loader loader = new Loader("f", null, LoadOptions.DEFAULTS, Sample.DIALECT);

    assertThat(loader.load(bytes, Sample.Document.class, (r, v, p) -> {}).diagnostics())
        .singleElement()
        .extracting(ConfigDiagnostic::message)
        .isEqualTo("52428800 bytes (expected: at most 16777216)");
  }
}
