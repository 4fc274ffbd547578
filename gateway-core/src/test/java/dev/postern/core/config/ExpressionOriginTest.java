package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.exchange.ExpressionText;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpressionOriginTest {
  @Test
  void findsCharactersOfAPlainText() {
    assertThat(positionOfX("a:\n  b: one == X\n")).isEqualTo("2:13");
  }

  @Test
  void findsCharactersOfATextInSingleQuotes() {
    assertThat(positionOfX("a:\n  b: 'it == ''y'' && X'\n")).isEqualTo("2:22");
  }

  @Test
  void findsCharactersOfATextInDoubleQuotes() {
    assertThat(positionOfX("a:\n  b: \"it == \\\"y\\\" && X\"\n")).isEqualTo("2:22");
  }

  @Test
  void findsCharactersOfALiteralBlock() {
    assertThat(positionOfX("a:\n  b: |\n    one &&\n      two &&\n    X\n")).isEqualTo("5:5");
  }

  @Test
  void findsCharactersOfAFoldedBlock() {
    assertThat(positionOfX("a:\n  b: >-\n    one &&\n    two && X\n")).isEqualTo("4:12");
  }

  @Test
  void findsCharactersBehindAnAnchor() {
    assertThat(positionOfX("a:\n  b: &rule one && X\n")).isEqualTo("2:19");
  }

  @Test
  void countsColumnsInCodePoints() {
    assertThat(positionOfX("a:\n  b: '\"😀\" == X'\n")).isEqualTo("2:14");
  }

  @Test
  void pointsAtTheWholeValueWhenAVariableGaveTheText() {
    assertThat(positionOfX("a:\n  b: ${RULE}\n")).isEqualTo("2:6");
  }

  private static String positionOfX(String yaml) {
    SourceText source = new SourceText("test.yaml", yaml);
    Substitution substitution = new Substitution(VariableResolver.of(Map.of("RULE", "one == X")));
    ConfigNode root = new YamlTree(source, new Diagnostics(false), substitution).read();
    ConfigNode node = root.get("a").get("b");
    String text = node.text();
    int offset = text.codePointCount(0, text.indexOf('X'));
    ExpressionText.Position at = new ExpressionOrigin(source, node).position(offset);
    assertThat(at.source()).isEqualTo("test.yaml");
    return at.line() + ":" + at.column();
  }
}
