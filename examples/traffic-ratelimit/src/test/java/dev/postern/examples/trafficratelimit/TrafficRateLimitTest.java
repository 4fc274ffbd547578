package dev.postern.examples.trafficratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.testing.FakeModel;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** The requests of the README, to the gateway of Main and to that of the file. */
@ParameterizedClass(name = "{0}, {1}")
@CsvSource({"java, listener", "java, in-process", "yaml, listener", "yaml, in-process"})
class TrafficRateLimitTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String ACME = "Bearer pk-acme-demo-2f6d1c";
  private static final String GLOBEX = "Bearer pk-globex-demo-91b7e0";

  /** Seven tokens, to which the model answers nine. */
  private static final String QUESTION =
      "{\"model\":\"any\",\"messages\":[{\"role\":\"user\",\"content\":\"a b c d e f g\"}]}";

  @Parameter(0)
  private String form;

  @Parameter(1)
  private String door;

  private FakeModel model;
  private Gateway gateway;

  private record Answer(int status, Map<String, String> headers, String body) {
    String remaining() {
      return headers.get("x-ratelimit-remaining");
    }
  }

  @BeforeEach
  void start() throws IOException {
    model = FakeModel.start();
    String url = model.url() + "/v1";
    GatewayConfig config = form.equals("java") ? Main.config(4000, url) : fromFile(url);
    gateway = Gateway.from(FreePorts.of(config)).start();
  }

  @AfterEach
  void stop() {
    gateway.close(Duration.ZERO);
    model.close();
  }

  private static GatewayConfig fromFile(String modelUrl) {
    VariableResolver variables = VariableResolver.of(Map.of("MODEL_URL", modelUrl));
    return Configs.load(Path.of("gateway.yaml"), LoadOptions.DEFAULTS.variables(variables))
        .config();
  }

  private Answer get(String path, String... headers) throws Exception {
    return send(path, null, headers);
  }

  private Answer ask(String key) throws Exception {
    return send("/v1/chat/completions", QUESTION, "authorization", key);
  }

  private Answer send(String path, String body, String... headers) throws Exception {
    return door.equals("listener") ? socket(path, body, headers) : call(path, body, headers);
  }

  private Answer socket(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
    if (body != null) {
      request.POST(HttpRequest.BodyPublishers.ofString(body));
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> response =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    Map<String, String> lines = new TreeMap<>();
    response.headers().map().forEach((name, values) -> lines.put(name, values.getFirst()));
    return new Answer(response.statusCode(), lines, response.body());
  }

  private Answer call(String path, String body, String... headers) throws IOException {
    GatewayRequest.Builder request =
        body == null ? GatewayRequest.get(path) : GatewayRequest.post(path, Body.of(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try (GatewayResponse response = gateway.handle(request.build())) {
      Map<String, String> lines = new TreeMap<>();
      response.headers().forEach(lines::put);
      String text = new String(response.body().readAll(1 << 20), StandardCharsets.UTF_8);
      return new Answer(response.status(), lines, text);
    }
  }

  @Test
  void theFileIsTheSameGateway() {
    assertThat(fromFile("http://a/v1")).isEqualTo(Main.config(4000, "http://a/v1"));
  }

  @Test
  void eachKindOfSearchHasABucketOfItsOwn() throws Exception {
    assertThat(get("/search?q=a").remaining()).isEqualTo("2");
    assertThat(get("/search?q=b").remaining()).isEqualTo("1");
    assertThat(get("/search?q=c").remaining()).isEqualTo("0");

    Answer fourth = get("/search?q=d");

    assertThat(fourth.status()).isEqualTo(429);
    assertThat(fourth.body()).isEqualTo("rate limit exceeded");
    assertThat(fourth.headers())
        .containsEntry("x-ratelimit-limit", "3")
        .containsEntry("x-ratelimit-remaining", "0")
        .containsKeys("x-ratelimit-reset", "retry-after");
    assertThat(get("/search/images?q=a").status()).isEqualTo(200);
  }

  @Test
  void thePlanOfTheKeyChoosesTheLimitAndPagesAreCounted() throws Exception {
    Answer gold = get("/reports/1", "authorization", ACME, "x-pages", "4");
    assertThat(gold.headers()).containsEntry("x-ratelimit-limit", "20");
    assertThat(gold.remaining()).isEqualTo("16");

    Answer basic = get("/reports/1", "authorization", GLOBEX, "x-pages", "4");
    assertThat(basic.headers()).containsEntry("x-ratelimit-limit", "5");
    assertThat(basic.remaining()).isEqualTo("1");
    assertThat(get("/reports/1", "authorization", GLOBEX, "x-pages", "4").status()).isEqualTo(429);
    assertThat(get("/reports/1", "authorization", GLOBEX).status())
        .as("what says nothing of its pages is one")
        .isEqualTo(200);
    assertThat(get("/reports/1").status()).isEqualTo(401);
  }

  @Test
  void tokensThatTheModelCountedAreTaken() throws Exception {
    assertThat(ask(ACME).status()).isEqualTo(200);
    assertThat(ask(ACME).status()).as("four tokens are left, one is enough").isEqualTo(200);

    Answer third = ask(ACME);

    assertThat(third.status()).as("twelve are owed").isEqualTo(429);
    assertThat(third.body()).contains("\"code\":\"rate_limit_exceeded\"");
    assertThat(model.requests()).hasSize(2);
    assertThat(ask(GLOBEX).status()).isEqualTo(200);
  }
}
