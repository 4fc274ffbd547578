package dev.postern.examples.httpproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.testing.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** The same requests to the gateway of Main and to that of the file, by a socket and without. */
@ParameterizedClass(name = "{0}, {1}")
@CsvSource({"java, listener", "java, in-process", "yaml, listener", "yaml, in-process"})
class HttpProxyTest {
  private final String source;
  private final String door;
  private final MockWebServer stable = new MockWebServer();
  private final MockWebServer canary = new MockWebServer();
  private final HttpClient client = HttpClient.newHttpClient();
  private Gateway gateway;

  HttpProxyTest(String source, String door) {
    this.source = source;
    this.door = door;
  }

  private record Answer(int status, Map<String, String> headers, String body) {}

  @BeforeEach
  void start() throws IOException {
    stable.start();
    canary.start();
    gateway = Gateway.from(FreePorts.of(config())).start();
  }

  @AfterEach
  void stop() {
    gateway.close(Duration.ZERO);
    stable.close();
    canary.close();
  }

  private GatewayConfig config() {
    String first = address(stable);
    String second = address(canary);
    return source.equals("java") ? Main.config(4000, first, second) : fromFile(first, second);
  }

  private static GatewayConfig fromFile(String stable, String canary) {
    VariableResolver variables = VariableResolver.of(Map.of("STABLE", stable, "CANARY", canary));
    return Configs.load(Path.of("gateway.yaml"), LoadOptions.DEFAULTS.variables(variables))
        .config();
  }

  private static String address(MockWebServer server) {
    return "127.0.0.1:" + server.getPort();
  }

  private Answer get(String path, String... headers) throws Exception {
    if (door.equals("listener")) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
      for (int i = 0; i < headers.length; i += 2) {
        request.header(headers[i], headers[i + 1]);
      }
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      Map<String, String> lines = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      response.headers().map().forEach((name, values) -> lines.put(name, values.getFirst()));
      return new Answer(response.statusCode(), lines, response.body());
    }
    GatewayRequest.Builder request = GatewayRequest.get(path).authority("shop.example.com");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    GatewayResponse response = gateway.handle(request.build());
    Map<String, String> lines = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    response.headers().forEach(lines::put);
    String body = new String(response.body().readAll(1 << 20), StandardCharsets.UTF_8);
    return new Answer(response.status(), lines, body);
  }

  private static MockResponse answer(int status, String body) {
    return new MockResponse.Builder().code(status).body(body).build();
  }

  @Test
  void theFileIsTheSameGateway() {
    assertThat(fromFile("a:1", "b:2")).isEqualTo(Main.config(4000, "a:1", "b:2"));
  }

  @Test
  void rewritesThePathAndTheHeaders() throws Exception {
    for (MockWebServer server : new MockWebServer[] {stable, canary}) {
      server.enqueue(answer(200, "hello"));
    }

    Answer answer = get("/shop/items?page=2", "x-debug", "1");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("hello");
    assertThat(answer.headers()).containsEntry("x-served-by", "postern");
    MockWebServer served = stable.getRequestCount() == 1 ? stable : canary;
    RecordedRequest request = served.takeRequest();
    assertThat(request.getTarget()).isEqualTo("/items?page=2");
    assertThat(request.getHeaders().get("x-tenant")).isEqualTo("blue");
    assertThat(request.getHeaders().get("x-debug")).isNull();
  }

  @Test
  void triesAgainWhatIsUnavailable() throws Exception {
    for (MockWebServer server : new MockWebServer[] {stable, canary}) {
      server.enqueue(answer(503, "not now"));
      server.enqueue(answer(503, "not now"));
      server.enqueue(answer(200, "now"));
    }

    assertThat(get("/shop").status()).isIn(200, 503);

    assertThat(stable.getRequestCount() + canary.getRequestCount()).isEqualTo(3);
  }

  @Test
  void letsThePageOfTheShopRead() throws Exception {
    stable.enqueue(answer(200, "hello"));
    canary.enqueue(answer(200, "hello"));

    Answer answer = get("/shop", "Origin", "https://app.example.com");

    assertThat(answer.headers())
        .containsEntry("access-control-allow-origin", "https://app.example.com");
  }

  @Test
  void redirectsFromTheOldPath() throws Exception {
    Answer answer = get("/old-shop/items");

    assertThat(answer.status()).isEqualTo(301);
    assertThat(answer.headers().get("location")).endsWith("/shop/items");
  }

  @Test
  void tellsThatTheReportIsGone() throws Exception {
    assertThat(get("/v1/report"))
        .extracting(Answer::status, Answer::body)
        .containsExactly(410, "This version has been retired.");
    assertThat(get("/v1/other").status()).isEqualTo(404);
  }
}
