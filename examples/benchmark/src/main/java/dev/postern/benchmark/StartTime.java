package dev.postern.benchmark;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Starts the runner again and again, and prints how long it takes to its first answer. */
public final class StartTime {
  private static final int STARTS = 9;

  private StartTime() {}

  /**
   * Runs and prints the median.
   *
   * @param args the runner's jar, {@code examples/target/gateway.jar} when absent
   */
  public static void main(String[] args) throws IOException {
    String jar = args.length == 0 ? "examples/target/gateway.jar" : args[0];
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    long[] listening = new long[STARTS];
    long[] answered = new long[STARTS];
    for (int i = 0; i < STARTS; i++) {
      long start = System.nanoTime();
      try (Child runner = Child.command(0, List.of(java, "-jar", jar))) {
        URI url = url(runner);
        listening[i] = System.nanoTime() - start;
        ask(url);
        answered[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(listening);
    Arrays.sort(answered);
    System.out.printf(
        "median of %d starts on one core: listening after %.2f s, first answer after %.2f s%n",
        STARTS, listening[STARTS / 2] / 1e9, answered[STARTS / 2] / 1e9);
  }

  private static URI url(Child runner) throws IOException {
    for (String line = runner.line(); ; line = runner.line()) {
      if (line.startsWith("listening on ")) {
        return URI.create(line.substring("listening on ".length()).split(" ")[0]);
      }
    }
  }

  private static void ask(URI url) throws IOException {
    byte[] request =
        Load.request(URI.create(url + LoadRun.PATH), "quickstart")
            .getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.getOutputStream().write(request);
      Wire.readResponse(socket.getInputStream(), 200);
    }
  }
}
