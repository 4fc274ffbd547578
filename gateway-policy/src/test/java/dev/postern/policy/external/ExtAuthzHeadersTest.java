package dev.postern.policy.external;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HostBackend;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.policy.external.AuthorizationProtocol.Http;
import dev.postern.policy.functional.Doorway.Answer;
import dev.postern.policy.transform.Transformation;
import dev.postern.policy.transform.Transformations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the service is told in the head of a call, and what of its answer the backend is told. */
class ExtAuthzHeadersTest {
  private final Scene scene = new Scene();

  ExtAuthzHeadersTest() throws IOException {}

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void pathMethodAuthorityAndHeadersCanBeGiven() throws IOException {
    scene.behind(
        scene
            .asking(
                Http.DEFAULT
                    .path("'/auth' + request.path + '?x=1'")
                    .body("'user=' + request.headers['x-user']")
                    .addRequestHeader(":method", "'POST'")
                    .addRequestHeader(":authority", "'local.example'")
                    .addRequestHeader("content-type", "'text/plain'")
                    .addRequestHeader("x-added", "request.method"))
            .includeRequestHeaders("x-user", ":scheme"));
    assertThat(scene.get("/p", "x-user", "ann").status()).isEqualTo(200);
    assertThat(scene.onlyAsked().getMethod()).isEqualTo("POST");
    assertThat(scene.onlyAsked().getTarget()).isEqualTo("/auth/p?x=1");
    assertThat(scene.onlyAsked().getHeaders().get("host")).isEqualTo("local.example");
    assertThat(scene.onlyAsked().getHeaders().get("content-type")).isEqualTo("text/plain");
    assertThat(scene.onlyAsked().getHeaders().get("x-added")).isEqualTo("GET");
    assertThat(scene.onlyAsked().getHeaders().get("x-user")).isEqualTo("ann");
    assertThat(scene.onlyAsked().getBody().utf8()).isEqualTo("user=ann");
  }

  @Test
  @DisplayName("EA-6: what only the gateway gives cannot come from the caller")
  void headersOfTheServiceCannotBeSpoofed() throws IOException {
    scene
        .answering(200, "x-groups", "a", "x-groups", "b")
        .behind(
            scene.asking(
                Http.DEFAULT
                    .includeResponseHeaders("x-user", "x-groups")
                    .addRequestHeader("x-context", "request.headers['x-missing']")));
    scene.send(
        GatewayRequest.get("/"), "X-USER", "root", "x-groups", "admins", "x-context", "forged");
    assertThat(scene.onlyReached().getHeaders().names()).doesNotContain("x-user", "x-context");
    assertThat(scene.onlyReached().getHeaders().values("x-groups")).containsExactly("a", "b");
    assertThat(scene.onlyAsked().getHeaders().names()).doesNotContain("x-context");
  }

  @Test
  @DisplayName("EA-6: the spelling that some servers take for the same is removed, too")
  void underscoresDoNotHelpToSpoof() throws IOException {
    Http http = Http.DEFAULT.includeResponseHeaders("x-user");
    Transformations spelling =
        Transformations.ofRequests(Transformation.builder().set("x_user", "'root'").build());
    scene.running(
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1").policy(spelling))
            .route(
                "r",
                route ->
                    route
                        .policy(scene.asking(http))
                        .backend(HostBackend.of(scene.backendAddress()))));
    assertThat(scene.get("/").status()).isEqualTo(200);
    assertThat(scene.onlyReached().getHeaders().names()).doesNotContain("x_user");
  }

  @Test
  @DisplayName("EA-6: what describes the content of a request stays with it")
  void theContentKeepsItsDescription() throws IOException {
    scene.behind(scene.asking(Http.DEFAULT.addRequestHeader("content-type", "'text/plain'")));
    scene.send(GatewayRequest.post("/", Body.of("{}")), "content-type", "application/json");
    assertThat(scene.onlyAsked().getHeaders().get("content-type")).isEqualTo("text/plain");
    assertThat(scene.onlyReached().getHeaders().get("content-type")).isEqualTo("application/json");
    assertThat(scene.onlyReached().getBody().utf8()).isEqualTo("{}");
  }

  @Test
  @DisplayName("EA-7: bytes beyond ASCII pass on, repeated lines are joined")
  void headerValuesPassOnAsBytes() throws IOException {
    String utf8 = new String("zoë".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    scene
        .answering(request -> {
          String name = request.getHeaders().get("x-name");
          return new MockResponse.Builder().addHeader("x-count", name.length()).build();
        })
        .behind(
            scene
                .asking(Http.DEFAULT.includeResponseHeaders("x-count"))
                .includeRequestHeaders("x-name", "x-list", "cookie"));
    GatewayRequest.Builder request =
        GatewayRequest.get("/")
            .headers(
                Headers.of(
                    "x-name", utf8, "x-list", "a", "x-list", "b", "cookie", "c=1", "cookie",
                    "d=2"));
    scene.send(request);
    assertThat(scene.onlyAsked().getHeaders().get("x-list")).isEqualTo("a, b");
    assertThat(scene.onlyAsked().getHeaders().get("cookie")).isEqualTo("c=1; d=2");
    assertThat(scene.onlyAsked().getHeaders().get("x-name")).isEqualTo("zoë");
    assertThat(scene.onlyReached().getHeaders().get("x-count")).isEqualTo("3");
  }

  @Test
  @DisplayName("EA-12: the path is the canonical one, without parameters of its segments")
  void thePathIsTheCanonicalOne() throws IOException {
    scene.behind(scene.asking(Http.DEFAULT));
    scene.get("/a;x=1/./%7eb/../c?q=1");
    assertThat(scene.onlyAsked().getTarget()).isEqualTo("/a/c?q=1");
  }

  @Test
  @DisplayName("EA-12: a request without a path is asked about with the root")
  void requestsWithoutAPathAreAskedAbout() throws IOException {
    scene.running(
        Gateway.builder()
            .gateway(
                "default", Bind.port(0).address("127.0.0.1").policy(scene.asking(Http.DEFAULT))));
    scene.answering(403);
    Answer answer = scene.send(GatewayRequest.builder("OPTIONS", "*").authority("g.example"));
    assertThat(answer.status()).isEqualTo(403);
    assertThat(scene.onlyAsked().getMethod()).isEqualTo("OPTIONS");
    assertThat(scene.onlyAsked().getTarget()).isEqualTo("/");
  }

  @Test
  @DisplayName("EA-14: what is in question is told by the gateway alone")
  void forwardedHeadersComeFromTheGateway() throws IOException {
    String[] names = {
      "x-forwarded-method",
      "x-forwarded-uri",
      "x-forwarded-host",
      "x-forwarded-proto",
      "x-original-method",
      "x-original-uri",
      "x-original-url"
    };
    scene.behind(
        scene
            .asking(Http.DEFAULT.path("'/auth'").forwardedHeaders(true))
            .includeRequestHeaders(names));
    String[] forged =
        List.of(names).stream().flatMap(name -> Stream.of(name, "forged")).toArray(String[]::new);
    scene.send(GatewayRequest.post("/a?b=c", Body.empty()).authority("g.example"), forged);
    assertThat(scene.onlyAsked().getTarget()).isEqualTo("/auth");
    Map<String, String> told =
        Map.of(
            "x-forwarded-method", "POST",
            "x-forwarded-uri", "/a?b=c",
            "x-forwarded-host", "g.example",
            "x-forwarded-proto", "http",
            "x-original-method", "POST",
            "x-original-uri", "/a?b=c",
            "x-original-url", "http://g.example/a?b=c");
    told.forEach((name, value) ->
        assertThat(scene.onlyAsked().getHeaders().values(name)).as(name).containsExactly(value));
  }

  @Test
  @DisplayName("EA-14: without them the caller's copies are dropped as well")
  void forwardedHeadersOfCallersAreDropped() throws IOException {
    scene.behind(
        scene.asking(Http.DEFAULT).includeRequestHeaders("x-forwarded-uri", "x-original-url"));
    scene.get("/", "x-forwarded-uri", "/forged", "x-original-url", "http://forged/");
    assertThat(scene.onlyAsked().getHeaders().names())
        .doesNotContain("x-forwarded-uri", "x-original-url", "x-forwarded-for");
  }
}
