package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/threading.md says, compared with the code. */
class ThreadingDocTest {
  private static final Pattern NAME = Pattern.compile("[\"`](postern-[a-z-]*[a-z])-?[\"`]");

  /** Handlers in a pipeline of Netty have names too. */
  private static final Pattern HANDLER =
      Pattern.compile("\\.(addLast|replace)\\(\\s*(this,\\s*)?\"postern-[a-z]+\"");

  @Test
  void everyThreadIsDescribedAndNoneThatIsNotThere() throws IOException {
    Set<String> described = names(Files.readString(Path.of("../docs/threading.md")));
    assertThat(described).isEqualTo(namesInSources());
  }

  private static Set<String> namesInSources() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path module : modules.toList()) {
        Path sources = module.resolve("src/main/java");
        if (module.getFileName().toString().startsWith("gateway-") && Files.exists(sources)) {
          names.addAll(namesBelow(sources));
        }
      }
    }
    return names;
  }

  private static Set<String> namesBelow(Path sources) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        names.addAll(names(HANDLER.matcher(Files.readString(file)).replaceAll("")));
      }
    }
    return names;
  }

  private static Set<String> names(String text) {
    return NAME.matcher(text)
        .results()
        .map((MatchResult name) -> name.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
