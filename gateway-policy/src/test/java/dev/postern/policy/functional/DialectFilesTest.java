package dev.postern.policy.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.testing.FreePorts;
import dev.postern.policy.functional.Doorway.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of the dialect, as {@code dialect/NAME.yaml}, and beside each the conversation that its
 * gateway has, as {@code dialect/NAME.http}: requests as they are written in HTTP, and behind each
 * what must come of it.
 *
 * <ul>
 *   <li>{@code -> STATUS TEXT}: the status, and a text in the answer
 *   <li>{@code -> NAME: VALUE}: a header of the answer
 *   <li>{@code -> reached NAME: VALUE}, {@code -> reached not NAME}: a header of what the backend
 *       got
 * </ul>
 */
@Timeout(60)
class DialectFilesTest {
  static List<Arguments> files() throws IOException, URISyntaxException {
    URL folder = Objects.requireNonNull(DialectFilesTest.class.getResource("dialect"));
    List<Arguments> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of(folder.toURI()))) {
      for (Path yaml : all.filter(path -> path.toString().endsWith(".yaml")).sorted().toList()) {
        for (Doorway door : Doorway.values()) {
          files.add(Arguments.argumentSet(yaml.getFileName() + " " + door, yaml, door));
        }
      }
    }
    return files;
  }

  @ParameterizedTest
  @MethodSource("files")
  void fileAnswersAsItsConversationSays(Path yaml, Doorway door) throws IOException {
    try (Echo backend = new Echo()) {
      String text = Files.readString(yaml).replace("127.0.0.1:8080", backend.address());
      LoadedConfig loaded = Configs.parse(yaml.toString(), text, LoadOptions.DEFAULTS);
      assertThat(loaded.diagnostics()).isEmpty();
      Gateway gateway = Gateway.from(FreePorts.of(loaded.config())).start();
      try {
        String name = yaml.getFileName().toString().replace(".yaml", ".http");
        for (Turn turn : Turn.read(Files.readString(yaml.resolveSibling(name)))) {
          backend.last = null;
          Answer answer = door.send(gateway, turn.request());
          turn.expected().forEach(line -> check(line, turn, answer, backend.last));
        }
      } finally {
        gateway.close(Duration.ZERO);
      }
    }
  }

  private static void check(String line, Turn turn, Answer answer, RecordedRequest reached) {
    String[] words = line.split(" ", 2);
    if (words[0].matches("\\d{3}")) {
      assertThat(answer.status())
          .as("%s: %s", turn, answer.body())
          .isEqualTo(Integer.parseInt(words[0]));
      assertThat(answer.body()).as("%s", turn).contains(words.length > 1 ? words[1] : "");
    } else if (line.startsWith("reached not ")) {
      assertThat(reached.getHeaders().get(line.substring(12))).as("%s", turn).isNull();
    } else if (line.startsWith("reached ")) {
      String[] header = words[1].split(": ", 2);
      assertThat(reached.getHeaders().get(header[0])).as("%s", turn).isEqualTo(header[1]);
    } else {
      String[] header = line.split(": ", 2);
      assertThat(answer.header(header[0])).as("%s", turn).isEqualTo(header[1]);
    }
  }

  /** A request, and what must come of it. */
  private record Turn(String line, GatewayRequest request, List<String> expected) {
    private static final String MARK = "-> ";

    static List<Turn> read(String conversation) {
      List<Turn> turns = new ArrayList<>();
      List<String> request = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (String line : (conversation + "\n" + "end").lines().toList()) {
        if (line.startsWith(MARK)) {
          expected.add(line.substring(MARK.length()));
        } else {
          if (!expected.isEmpty() && !line.isEmpty()) {
            turns.add(new Turn(request.getFirst(), request(request), List.copyOf(expected)));
            request.clear();
            expected.clear();
          }
          if (!(request.isEmpty() && line.isEmpty()) && expected.isEmpty()) {
            request.add(line);
          }
        }
      }
      return turns;
    }

    private static GatewayRequest request(List<String> lines) {
      String[] start = lines.getFirst().split(" ");
      int end = lines.indexOf("");
      List<String> body = end < 0 ? List.of() : lines.subList(end + 1, lines.size());
      GatewayRequest.Builder request =
          GatewayRequest.builder(start[0], start[1])
              .authority("example.com")
              .body(Body.of(String.join("\n", body).getBytes(UTF_8)));
      for (String line : lines.subList(1, end < 0 ? lines.size() : end)) {
        String[] header = line.split(": ", 2);
        request.header(header[0], header[1]);
      }
      return request.build();
    }

    @Override
    public String toString() {
      return line;
    }
  }

  /** A backend that answers with the head it got. */
  private static final class Echo implements AutoCloseable {
    private final MockWebServer server = new MockWebServer();
    volatile RecordedRequest last;

    Echo() throws IOException {
      server.setDispatcher(
          new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
              last = request;
              return new MockResponse.Builder().body(request.getRequestLine()).build();
            }
          });
      server.start(InetAddress.getLoopbackAddress(), 0);
    }

    String address() {
      return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
