package dev.postern.examples.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Looks through everything that the tests of all modules printed and logged, at every level, for
 * the secrets that they used.
 */
class SuiteOutputTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** What the tests use as secrets, and what looks like one whoever made it. */
  private static final Pattern SECRET =
      Pattern.compile(
          "\\bsk-[A-Za-z0-9_-]{6,}"
              + "|\\bs3cret|\\bhunter[23]\\b|\\bmyPassword"
              + "|\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*"
              + "|\\$2[aby]\\$\\d\\d\\$[./A-Za-z0-9]{20,}|\\$apr1\\$[./A-Za-z0-9]+\\$|\\{SHA\\}\\S+"
              + "|PRIVATE KEY-----"
              + "|(?i:\\b(?:bearer|basic) )(?=[A-Za-z0-9+/=._~-]*\\d)[A-Za-z0-9+/=._~-]{8,}");

  private static final Pattern PRINTED =
      Pattern.compile("<(system-out|system-err)>(.*?)</\\1>", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "key sk-alice-0123456789 was refused",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
        "Authorization: Basic YWxpY2U6bXlQYXNzd29yZA==0",
        "{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=",
        "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
        "-----BEGIN PRIVATE KEY-----"
      })
  void secretsAreRecognised(String text) {
    assertThat(SECRET.matcher(text).find()).isTrue();
  }

  @Test
  void nothingPrintedHoldsASecret() throws IOException {
    List<Path> reports = files(path -> path.getParent().endsWith("target/surefire-reports"));
    List<Path> logs = files(path -> path.endsWith("target/test-log.txt"));
    assumeThat(logs).as("logs of tests that Maven ran").isNotEmpty();
    for (Path report : reports) {
      Matcher printed = PRINTED.matcher(Files.readString(report));
      while (printed.find()) {
        assertHarmless(report, printed.group(2));
      }
    }
    for (Path log : logs) {
      assertHarmless(log, Files.readString(log));
    }
  }

  private static void assertHarmless(Path file, String text) {
    text.lines()
        .forEach(
            line -> assertThat(line).as("%s", ROOT.relativize(file)).doesNotContainPattern(SECRET));
  }

  private static List<Path> files(Predicate<Path> which) throws IOException {
    try (Stream<Path> all = Files.walk(ROOT, 5)) {
      return all.filter(which).filter(Files::isRegularFile).toList();
    }
  }
}
