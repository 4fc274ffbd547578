package dev.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of rules in docs/rules-policy.md names tests that exist and carry the rule. */
class RulesPageTest {
  private static final Pattern ROW =
      Pattern.compile(
          "\\| ([A-Z]+-\\d+|\\d+(?:\\.\\d+)?|20 [\\w ]+) \\|"
              + " `(dev\\.postern\\.(\\w+)[\\w.]*)#(\\w+)` \\|");

  @Test
  void everyRuleNamesATestThatCarriesIt() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("../docs/rules-policy.md")).stream()
            .filter(line -> line.matches("\\| ([A-Z]+-\\d|\\d).*"))
            .toList();
    assertThat(rows).isNotEmpty();
    for (String row : rows) {
      Matcher parts = ROW.matcher(row);
      assertThat(parts.matches()).as(row).isTrue();
      Path source =
          Path.of(
              "../gateway-" + parts.group(3) + "/src/test/java",
              parts.group(2).replace('.', '/') + ".java");
      String text = Files.readString(source);
      int method = text.indexOf("void " + parts.group(4) + "(");
      assertThat(method).as(row).isPositive();
      int before = text.lastIndexOf("\n  }\n", method);
      assertThat(text.substring(Math.max(before, 0), method)).as(row).contains(parts.group(1));
    }
  }
}
