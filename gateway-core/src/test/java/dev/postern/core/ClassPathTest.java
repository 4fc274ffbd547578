package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a JVM of its own loads and prints. */
@Timeout(120)
class ClassPathTest {
  @TempDir Path folder;

  private record Ended(int code, String out, String err) {}

  private static GatewayBuilder gateway() {
    return Gateway.builder()
        .route(
            "r",
            route ->
                route.backend(
                    HandlerBackend.of(
                        "h", (exchange, request) -> GatewayResponse.text(200, "hello"))));
  }

  /** Answers one call in its own process. */
  static final class InProcess {
    private InProcess() {}

    public static void main(String[] arguments) throws IOException {
      try (Gateway gateway = gateway().build()) {
        GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());
        System.out.println(new String(response.body().readAll(100), StandardCharsets.UTF_8));
      }
    }
  }

  /** Answers one call that comes over a socket. */
  static final class OverASocket {
    private OverASocket() {}

    public static void main(String[] arguments) throws IOException {
      try (Gateway gateway =
              gateway().gateway("default", Bind.port(0).address("127.0.0.1")).build().start();
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
        socket
            .getOutputStream()
            .write(
                "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        System.out.println(
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      }
    }
  }

  private static String classPath() {
    // Some launchers load the tests by a class loader of their own.
    return ClassPathTest.class.getClassLoader() instanceof URLClassLoader loader
        ? Arrays.stream(loader.getURLs())
            .map(url -> Path.of(URI.create(url.toString())).toString())
            .collect(Collectors.joining(File.pathSeparator))
        : System.getProperty("java.class.path");
  }

  private static boolean isOfTheListener(String entry) {
    String name = Path.of(entry).getFileName().toString();
    return name.startsWith("vertx") || name.startsWith("netty");
  }

  private Ended run(Class<?> main, String classPath, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, main.getName()));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    // The JVM says on stderr that it has seen these.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void callsInProcessNeedNeitherVertxNorNetty() throws Exception {
    List<String> all = Arrays.asList(classPath().split(File.pathSeparator));
    assertThat(all).anyMatch(ClassPathTest::isOfTheListener);
    String without =
        all.stream()
            .filter(entry -> !isOfTheListener(entry))
            .collect(Collectors.joining(File.pathSeparator));

    assertThat(run(InProcess.class, without)).isEqualTo(new Ended(0, "hello\n", ""));
  }

  @Test
  void nothingOfTheListenersPartsLoadsWhileNoPortIsOpen() throws Exception {
    Ended ended = run(InProcess.class, classPath(), "-Xlog:class+load");

    assertThat(ended.out()).contains("hello", "dev.postern.core.Gateway ");
    assertThat(ended.out().lines().filter(line -> line.matches(".* io\\.(vertx|netty)\\..*")))
        .isEmpty();
  }

  @Test
  void servingOneRequestOverASocketPrintsNothingOnStderr() throws Exception {
    Ended ended = run(OverASocket.class, classPath());

    assertThat(ended.out()).startsWith("HTTP/1.1 200").contains("hello");
    assertThat(ended.err()).isEmpty();
  }
}
