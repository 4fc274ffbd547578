package dev.postern.policy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/policies, read as users would have them read. */
class PolicyPagesTest {
  private static final Path PAGES = Path.of("../docs/policies");
  private static final Set<String> OF_BACKENDS = Set.of("http", "tcp", "health", "sessionAffinity");

  @Test
  void exampleOfEachPageLoads(@TempDir Path directory) throws IOException {
    HeldCertificate authority = new HeldCertificate.Builder().certificateAuthority(0).build();
    Files.writeString(directory.resolve("ca.pem"), authority.certificatePem());
    LoadOptions options =
        LoadOptions.DEFAULTS.baseDir(directory).variables(name -> "value of " + name);
    List<Path> pages;
    try (Stream<Path> found = Files.list(PAGES)) {
      pages = found.sorted().toList();
    }
    assertThat(pages).isNotEmpty();
    for (Path page : pages) {
      String policy = page.getFileName().toString().replace(".md", "");
      String example = example(page);
      assertThat(example).as(policy).contains("  " + policy + ":");
      String text = OF_BACKENDS.contains(policy) ? onBackend(example) : onRoute(example);
      assertThatCode(() -> Configs.parse(policy, text, options))
          .as(policy)
          .doesNotThrowAnyException();
    }
  }

  private static String example(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .dropWhile(line -> !line.equals("```yaml"))
        .skip(1)
        .takeWhile(line -> !line.equals("```"))
        .collect(Collectors.joining("\n"));
  }

  private static String onRoute(String policies) {
    return """
    gateways:
      default:
        port: 8080
    routes:
    - backends:
      - host: localhost:9000
    """
        + policies.indent(2);
  }

  private static String onBackend(String policies) {
    return """
    gateways:
      default:
        port: 8080
    routes:
    - backends:
      - host: localhost:9000
    """
        + policies.indent(4);
  }
}
