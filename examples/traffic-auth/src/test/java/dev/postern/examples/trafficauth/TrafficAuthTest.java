package dev.postern.examples.trafficauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.VariableResolver;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.testing.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** The requests of the README, to the gateway of Main and to that of the file. */
@ParameterizedClass(name = "{0}, {1}")
@CsvSource({"java, listener", "java, in-process", "yaml, listener", "yaml, in-process"})
class TrafficAuthTest {
  private static final Issuer ISSUER = Issuer.create();
  private static final Path USERS = Path.of("users.htpasswd").toAbsolutePath();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String SHOP = "https://shop.example.com";

  @TempDir static Path dir;

  @Parameter(0)
  private String form;

  @Parameter(1)
  private String door;

  private Gateway service;
  private Gateway gateway;

  private record Answer(int status, Map<String, String> headers, String body) {}

  @BeforeEach
  void start() throws IOException {
    Path keys = Files.writeString(dir.resolve("jwks.json"), ISSUER.keySet());
    service = Gateway.from(FreePorts.of(Main.service(9001))).start();
    String orders = "127.0.0.1:" + service.port();
    GatewayConfig config =
        form.equals("java") ? Main.config(4000, orders, keys, USERS) : fromFile(orders, keys);
    gateway = Gateway.from(FreePorts.of(config)).start();
  }

  @AfterEach
  void stop() {
    gateway.close(Duration.ZERO);
    service.close(Duration.ZERO);
  }

  private static GatewayConfig fromFile(String orders, Path keys) {
    VariableResolver variables =
        VariableResolver.of(Map.of("ORDERS", orders, "JWKS", keys.toString()));
    return Configs.load(Path.of("gateway.yaml"), LoadOptions.DEFAULTS.variables(variables))
        .config();
  }

  private Answer send(String method, String path, String... headers) throws Exception {
    return door.equals("listener") ? socket(method, path, headers) : call(method, path, headers);
  }

  private Answer socket(String method, String path, String... headers) throws Exception {
    HttpRequest.BodyPublisher content =
        method.equals("POST")
            ? HttpRequest.BodyPublishers.ofString("1")
            : HttpRequest.BodyPublishers.noBody();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
            .method(method, content);
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> response =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    Map<String, String> lines = new TreeMap<>();
    response.headers().map().forEach((name, values) -> lines.put(name, values.getFirst()));
    return new Answer(response.statusCode(), lines, response.body());
  }

  private Answer call(String method, String path, String... headers) throws IOException {
    GatewayRequest.Builder request =
        GatewayRequest.builder(method, path).authority("orders.example.com");
    if (method.equals("POST")) {
      request.body(Body.of("1"));
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try (GatewayResponse response = gateway.handle(request.build())) {
      Map<String, String> lines = new TreeMap<>();
      response.headers().forEach(lines::put);
      String body = new String(response.body().readAll(1 << 20), StandardCharsets.UTF_8);
      return new Answer(response.status(), lines, body);
    }
  }

  private static String session(String subject, String role) {
    return "session=" + ISSUER.token(subject, role);
  }

  private static String password(String user, String password) {
    String credentials = user + ":" + password;
    return "Basic "
        + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theFileIsTheSameGateway() {
    Path keys = dir.resolve("jwks.json");
    assertThat(fromFile("a:1", keys)).isEqualTo(Main.config(4000, "a:1", keys, USERS));
  }

  @Test
  void customersSeeTheirOwnOrders() throws Exception {
    String alice = session("alice", "customer");

    assertThat(send("GET", "/orders/alice/1", "cookie", alice, "x-user", "bob").body())
        .isEqualTo("GET /orders/alice/1 for alice\n");
    assertThat(send("POST", "/orders/alice/1", "cookie", alice).status()).isEqualTo(200);
    assertThat(send("GET", "/orders/bob/1", "cookie", alice).body())
        .isEqualTo("authorization failed");
    assertThat(send("DELETE", "/orders/alice/1", "cookie", alice).status()).isEqualTo(403);
  }

  @Test
  void supportSeesAndDeletesAll() throws Exception {
    String sue = session("sue", "support");

    assertThat(send("GET", "/orders/bob/1", "cookie", sue).status()).isEqualTo(200);
    assertThat(send("DELETE", "/orders/bob/1", "cookie", sue).body())
        .isEqualTo("DELETE /orders/bob/1 for sue\n");
  }

  @Test
  void tokensOfNobodyOrSomebodyElseAreRefused() throws Exception {
    assertThat(send("GET", "/orders/alice/1").status()).isEqualTo(401);
    String foreign = "session=" + Issuer.create().token("alice", "customer");
    assertThat(send("GET", "/orders/alice/1", "cookie", foreign).body())
        .isEqualTo("authentication failure: the token signature is invalid");
  }

  @Test
  void pagesOfTheShopMayCallAndOthersMayNotSend() throws Exception {
    String alice = session("alice", "customer");

    Answer preflight =
        send("OPTIONS", "/orders/alice/1", "origin", SHOP, "access-control-request-method", "POST");
    assertThat(preflight.status()).isEqualTo(200);
    assertThat(preflight.headers())
        .containsEntry("access-control-allow-origin", SHOP)
        .containsEntry("access-control-allow-credentials", "true");
    assertThat(send("POST", "/orders/alice/1", "cookie", alice, "origin", SHOP).status())
        .isEqualTo(200);
    Answer evil =
        send("POST", "/orders/alice/1", "cookie", alice, "origin", "https://evil.example");
    assertThat(evil.status()).isEqualTo(403);
    assertThat(evil.body()).isEqualTo("CSRF validation failed");
    assertThat(evil.headers()).doesNotContainKey("access-control-allow-origin");
    assertThat(send("GET", "/orders/alice/1", "origin", SHOP).headers())
        .as("a refusal can be read, too")
        .containsEntry("access-control-allow-origin", SHOP);
  }

  @Test
  void partnersHaveKeys() throws Exception {
    String acme = "pk-acme-demo-2f6d1c";
    String globex = "pk-globex-demo-91b7e0";

    assertThat(send("POST", "/partners/stock", "x-api-key", acme).body())
        .isEqualTo("POST /partners/stock for acme\n");
    assertThat(send("GET", "/partners/stock", "x-api-key", globex).status()).isEqualTo(200);
    assertThat(send("POST", "/partners/stock", "x-api-key", globex).status()).isEqualTo(403);
    assertThat(send("GET", "/partners/stock", "x-api-key", "pk-somebody-else").status())
        .isEqualTo(401);
    assertThat(send("GET", "/partners/stock").status()).isEqualTo(401);
  }

  @Test
  void peopleHavePasswords() throws Exception {
    String alice = password("alice", "wonderland");
    String bob = password("bob", "builder");

    assertThat(send("POST", "/office/prices", "authorization", alice).body())
        .isEqualTo("POST /office/prices for alice\n");
    assertThat(send("GET", "/office/prices", "authorization", bob).status()).isEqualTo(200);
    assertThat(send("POST", "/office/prices", "authorization", bob).status()).isEqualTo(403);
    Answer wrong = send("GET", "/office/prices", "authorization", password("bob", "wrong"));
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.headers().get("www-authenticate")).startsWith("Basic realm=\"Office\"");
  }
}
