package dev.postern.examples.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as its users see it: a process with arguments, output, signals and an exit code. */
class RunnerTest {
  @TempDir private Path dir;

  private static Process start(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Launcher.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).start();
  }

  private static String all(java.io.InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(dir.resolve("gateway.yaml"), yaml);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String fixed(int port, String path) {
    return """
    config: {statsAddr: "off", readinessAddr: "off"}
    gateways:
      default: {port: %d}
    routes:
    - matches: [{path: {exact: %s}}]
      policies:
        directResponse: {status: 200, body: fixed}
    """
        .formatted(port, path);
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void servesAFileAndDrainsOnTermWithNothingOnStandardError() throws Exception {
    int port = freePort();
    Process runner = start("-f", file(fixed(port, "/a")).toString());
    try {
      BufferedReader out = runner.inputReader();
      assertThat(out.readLine()).isEqualTo("listening on http://127.0.0.1:" + port);
      assertThat(get(port, "/a").body()).isEqualTo("fixed");
      assertThat(get(port, "/b").statusCode()).isEqualTo(404);

      runner.toHandle().destroy();

      assertThat(runner.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(runner.exitValue()).isZero();
      assertThat(out.lines().toList())
          .hasSize(2)
          .allMatch(line -> line.contains("http.method=GET"));
      assertThat(all(runner.getErrorStream())).isEmpty();
    } finally {
      runner.destroyForcibly();
    }
  }

  @Test
  void saysEverythingThatIsWrongWithAFileAndWhere() throws Exception {
    Path file =
        file(
            """
            gateways:
              default: {prt: 8080}
            routes:
            - policies:
                timeout: {requestTimeout: 10}
            """);

    Process runner = start("-f", file.toString());

    assertThat(all(runner.getErrorStream()))
        .contains(file + ":2:13: error[CFG010] gateways.default.prt")
        .contains("did you mean \"port\"?")
        .contains(file + ":5:31: error[CFG016] routes[0].policies.timeout.requestTimeout");
    assertThat(runner.waitFor()).isEqualTo(2);
  }

  @Test
  void validatesWithoutOpeningAPort() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path file = file(fixed(taken.getLocalPort(), "/a"));

      Process runner = start("--validate-only", "-f", file.toString());

      assertThat(all(runner.getInputStream())).isEqualTo("Configuration is valid!\n");
      assertThat(runner.waitFor()).isZero();
    }
  }

  private static final String ODD =
      """
      gateways:
        default: {port: 4000}
      routes:
      - name: open
        policies:
          authorization:
            rules:
            - "true"
          directResponse: {status: 200}
      """;

  @Test
  void saysWhatIsOddAndRefusesItWhenStrict() throws Exception {
    Path file = file(ODD);

    Process runner = start("--validate-only", "-f", file.toString());
    assertThat(all(runner.getInputStream()))
        .startsWith("warning: routes.default/open.authorization.rules[0].allow")
        .endsWith("Configuration is valid!\n");
    assertThat(runner.waitFor()).isZero();

    Process strict = start("--validate-only", "--strict", "-f", file.toString());
    assertThat(all(strict.getErrorStream()))
        .startsWith("error: routes.default/open.authorization.rules[0].allow");
    assertThat(strict.waitFor()).isEqualTo(2);
  }

  private static final String GUARDED =
      """
      gateways:
        default: {port: 4000}
      routes:
      - policies:
          apiKey: {mode: strict, keys: [{key: "${KEY}", name: alice}]}
          authorization:
            rules:
            - {deny: request.method == "DELETE", name: nobody deletes}
        backends: [{host: "shop.invalid:80"}]
      """;

  private Path tests(int status) throws IOException {
    return Files.writeString(
        dir.resolve("gateway.tests.yaml"),
        """
        config: gateway.yaml
        variables: {KEY: sk-alice-0123456789}
        tests:
        - name: alice reads
          request: {path: /a}
          identity: {apiKey: alice}
          expect: {status: %d}
        - request: {method: DELETE}
          identity: {apiKey: alice}
          expect: {status: 403, rule: nobody deletes}
        """
            .formatted(status));
  }

  @Test
  void policyTestsThatPassAreCounted() throws Exception {
    file(GUARDED);

    Process runner = start("--test", tests(200).toString());

    assertThat(all(runner.getInputStream())).isEqualTo("2 passed, 0 failed\n");
    assertThat(all(runner.getErrorStream())).isEmpty();
    assertThat(runner.waitFor()).isZero();
  }

  @Test
  void aPolicyTestThatFailsIsToldWithItsPlace() throws Exception {
    Path file = file(GUARDED);
    Path tests = tests(418);

    Process runner = start("--test", tests.toString(), "-f", file.toString());

    assertThat(all(runner.getErrorStream()))
        .isEqualTo(
            tests
                + """
                :7:20: failed: alice reads: expect.status: 200 (expected: 418)
                  7 |   expect: {status: 418}
                    |                    ^^^
                  = route route0, status 200
                """);
    assertThat(all(runner.getInputStream())).isEqualTo("1 passed, 1 failed\n");
    assertThat(runner.waitFor()).isEqualTo(1);
  }

  @Test
  void policyTestsThatCannotBeReadAreABadConfiguration() throws Exception {
    file(GUARDED.replace("deny:", "dny:"));

    Process runner = start("--test", tests(200).toString());

    assertThat(all(runner.getErrorStream())).contains("gateway.yaml:8:10: error[CFG010]");
    assertThat(runner.waitFor()).isEqualTo(2);
  }

  @Test
  void portThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      Process runner = start("-c", fixed(taken.getLocalPort(), "/a"));

      assertThat(all(runner.getErrorStream()))
          .contains(Integer.toString(taken.getLocalPort()))
          .hasLineCount(1);
      assertThat(runner.waitFor()).isEqualTo(1);
    }
  }

  @Test
  void unknownOptionShowsTheUsage() throws Exception {
    Process runner = start("--nonsense");

    assertThat(all(runner.getErrorStream())).startsWith("unknown option --nonsense\nUsage:");
    assertThat(runner.waitFor()).isEqualTo(2);
  }
}
