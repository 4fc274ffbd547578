package dev.postern.core.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.GatewayResponse;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SilenceTest {
  /** Opens a listener and serves one request of each protocol. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      try (TestListener listener =
              TestListener.open((exchange, request) -> GatewayResponse.text(200, "served"));
          RawClient client = listener.client();
          Http2RawClient http2 = new Http2RawClient(listener.port())) {
        System.out.println(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().body());
        System.out.println(http2.headers(1, true).status(1));
      }
    }
  }

  @Test
  void printsAndLeavesNothing(@TempDir Path folder) throws Exception {
    // Test libraries bring a logging facade that complains of its own accord.
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(part -> !part.contains("slf4j"))
            .collect(Collectors.joining(File.pathSeparator));
    Path errors = folder.resolve("errors");
    Path output = folder.resolve("output");
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.io.tmpdir=" + temporary,
                    "-cp",
                    classPath,
                    Program.class.getName()))
            .redirectError(errors.toFile())
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(errors).isEmptyFile();
    assertThat(output).hasContent("served\n200\n");
    assertThat(temporary).isEmptyDirectory();
  }
}
