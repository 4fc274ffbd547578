package dev.postern.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of docs/expressions.md give what the page says. */
class ExpressionsPageTest {
  private static final Path PAGE = Path.of("../docs/expressions.md");
  private static final Pattern ROW = Pattern.compile("\\| `(.+)` \\| `(.+)` \\|");

  static Stream<List<String>> examples() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .dropWhile(line -> !line.equals("## Examples"))
        .takeWhile(line -> !line.equals("## Errors"))
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(row -> List.of(row.group(1), row.group(2)));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void exampleGives(List<String> example) throws Exception {
    GatewayRequest request =
        GatewayRequest.post("/v1/chat?user=7", Body.of("{\"model\":\"small\",\"n\":2}"))
            .scheme("https")
            .authority("api.example.com")
            .headers(Headers.of("x-team", "blue", "accept", "a", "accept", "b"))
            .build();
    Evaluating evaluating =
        Evaluating.of(request).with("jwt", Map.of("sub", "alice", "groups", List.of("dev", "ops")));
    assertThat(evaluating.json(example.get(0)).toString()).isEqualTo(example.get(1));
  }

  @Test
  void thereAreExamples() throws IOException {
    assertThat(examples()).hasSizeGreaterThan(15);
  }
}
