package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.spi.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What docs/architecture.md says, compared with the code. */
class ArchitectureDocTest {
  private static final Path DOCUMENT = Path.of("../docs/architecture.md");

  @Test
  void orderOfPoliciesIsThatOfThePhases() throws IOException {
    assertThat(table("| Phase |").keySet())
        .containsExactlyElementsOf(Arrays.stream(Phase.values()).map(Phase::name).toList());
  }

  @Test
  void packageTableIsThePackageMap() throws IOException {
    Map<String, String> expected =
        ArchitectureTest.LEVELS.entrySet().stream()
            .collect(
                Collectors.toMap(
                    level -> level.getKey().isEmpty() ? "core" : "core." + level.getKey(),
                    level -> level.getValue().toString()));
    assertThat(table("| Package |")).isEqualTo(expected);
  }

  /** Returns the first two columns of the table whose head starts so, without back-ticks. */
  private static Map<String, String> table(String head) throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    Map<String, String> rows = new LinkedHashMap<>();
    lines.stream()
        .dropWhile(line -> !line.startsWith(head))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.split("\\|", -1))
        .forEach(cells -> rows.put(cells[1].replace("`", "").strip(), cells[2].strip()));
    return rows;
  }
}
