package dev.postern.policy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/testing.md passes, and fails as the page says. */
class TestingPageTest {
  private static final Pattern YAML = Pattern.compile("(?s)```yaml\n(.*?)```");

  @TempDir private Path dir;

  private Path example() throws IOException {
    List<String> blocks =
        YAML.matcher(Files.readString(Path.of("../docs/testing.md")))
            .results()
            .map(block -> block.group(1))
            .toList();
    assertThat(blocks).hasSize(2);
    Files.writeString(dir.resolve("gateway.yaml"), blocks.getFirst());
    return Files.writeString(dir.resolve("gateway.tests.yaml"), blocks.getLast());
  }

  @Test
  void theExamplePasses() throws IOException {
    assertThat(PolicyTests.load(example()).run())
        .hasSize(2)
        .allSatisfy(result -> assertThat(result.failures()).isEmpty());
  }

  @Test
  void theFailureOnThePageIsWhatASlipInTheRulesGives() throws IOException {
    Path tests = example();
    Path config = dir.resolve("gateway.yaml");
    String slip = Files.readString(config).replace("!= \"manager\"", "== \"manager\"");
    Files.writeString(config, slip);

    String shown = PolicyTests.load(tests).run().getFirst().toString();

    assertThat(Files.readString(Path.of("../docs/testing.md")))
        .contains(shown.replace(dir + "/", ""));
  }
}
