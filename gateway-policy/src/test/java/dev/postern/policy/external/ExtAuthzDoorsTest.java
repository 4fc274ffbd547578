package dev.postern.policy.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.HostBackend;
import dev.postern.core.config.Configs;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.policy.external.AuthorizationProtocol.Http;
import dev.postern.policy.external.ExtAuthz.Cache;
import dev.postern.policy.external.ExtAuthz.RequestBody;
import dev.postern.policy.functional.Doorway;
import dev.postern.policy.functional.Doorway.Answer;
import java.io.IOException;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same answers by a call and through a socket, of a policy made in Java and of one in YAML. */
class ExtAuthzDoorsTest {
  private static final String YAML =
      """
      gateways:
        default: {port: 8080}
      routes:
      - backends:
        - host: localhost:9000
        policies:
          extAuthz:
            host: SERVICE
            includeRequestHeaders: [authorization, x-tenant]
            includeRequestBody: {maxRequestBytes: 4, allowPartialMessage: true}
            protocol:
              http:
                path: '"/check" + request.path'
                redirect: '"/login?rd=" + request.path'
                includeResponseHeaders: [x-user]
                addRequestHeaders: {x-verb: request.method}
                metadata: {user: 'response.headers["x-user"]'}
                forwardedHeaders: true
            cache:
              key: ['request.headers["authorization"]', request.path]
              ttl: 1h
          transformations:
            response:
              set: {x-seen: extauthz.user}
      """;

  private final Scene scene = new Scene();

  ExtAuthzDoorsTest() throws IOException {}

  @AfterEach
  void close() {
    scene.close();
  }

  static Stream<Arguments> ways() {
    return Stream.of(true, false)
        .flatMap(yaml ->
            Stream.of(Doorway.values())
                .map(door -> argumentSet((yaml ? "YAML " : "Java ") + door, yaml, door)));
  }

  private ExtAuthz inJava() {
    return ExtAuthz.http(
            scene.service(),
            Http.DEFAULT
                .path("\"/check\" + request.path")
                .redirect("\"/login?rd=\" + request.path")
                .includeResponseHeaders("x-user")
                .addRequestHeader("x-verb", "request.method")
                .metadata("user", "response.headers[\"x-user\"]")
                .forwardedHeaders(true))
        .includeRequestHeaders("authorization", "x-tenant")
        .includeRequestBody(RequestBody.beginning(4))
        .cache(Cache.of("1h", "request.headers[\"authorization\"]", "request.path"));
  }

  private void start(boolean yaml) throws IOException {
    PolicySet read =
        Configs.fromYaml(YAML.replace("SERVICE", scene.serviceAddress()))
            .routes()
            .getFirst()
            .policies();
    assertThat(read.find(ExtAuthz.class)).isEqualTo(inJava());
    GatewayBuilder builder =
        Gateway.builder().gateway("default", Bind.port(0).address("127.0.0.1"));
    builder.route(
        "r",
        route -> {
          route.backend(HostBackend.of(scene.backendAddress()));
          for (Policy policy : read.all()) {
            route.policy(!yaml && policy instanceof ExtAuthz ? inJava() : policy);
          }
        });
    scene.running(builder);
  }

  private GatewayRequest.Builder request(String path) {
    return GatewayRequest.post(path, Body.of("content"))
        .authority("g.example")
        .header("content-type", "text/plain")
        .header("x-user", "root");
  }

  @ParameterizedTest
  @MethodSource("ways")
  void theServiceDecides(boolean yaml, Doorway door) throws IOException {
    start(yaml);
    scene.answering(200, "x-user", "ann");
    GatewayRequest allowed = request("/a").header("authorization", "Bearer a").build();
    for (int i = 0; i < 2; i++) {
      Answer answer = door.send(scene.gateway(), allowed);
      assertThat(answer.body()).isEqualTo("reached");
      assertThat(answer.header("x-seen")).isEqualTo("ann");
      assertThat(scene.reached.get(i).getHeaders().values("x-user")).containsExactly("ann");
      assertThat(scene.reached.get(i).getBody().utf8()).isEqualTo("content");
    }
    assertThat(scene.asked).hasSize(1);
    assertThat(scene.asked.getFirst().getTarget()).isEqualTo("/check/a");
    assertThat(scene.asked.getFirst().getMethod()).isEqualTo("POST");
    assertThat(scene.asked.getFirst().getBody().utf8()).isEqualTo("cont");
    assertThat(scene.asked.getFirst().getHeaders().get("x-envoy-auth-partial-body"))
        .isEqualTo("true");
    assertThat(scene.asked.getFirst().getHeaders().get("x-verb")).isEqualTo("POST");
    assertThat(scene.asked.getFirst().getHeaders().get("x-forwarded-uri")).isEqualTo("/a");

    assertThat(scene.asked.getFirst().getHeaders().get("x-forwarded-for"))
        .isEqualTo(door == Doorway.LISTENER ? "127.0.0.1" : null);

    scene.answering(401);
    Answer redirected = door.send(scene.gateway(), request("/b").build());
    assertThat(redirected.status()).isEqualTo(302);
    assertThat(redirected.header("location")).isEqualTo("/login?rd=/b");

    scene.answering(request -> new MockResponse.Builder().code(418).body("no").build());
    Answer refused = door.send(scene.gateway(), request("/c").build());
    assertThat(refused.status()).isEqualTo(418);
    assertThat(refused.body()).isEqualTo("no");

    scene.answering(500);
    Answer failed = door.send(scene.gateway(), request("/d").build());
    assertThat(failed.status()).isEqualTo(403);
    assertThat(failed.body()).isEqualTo("external authorization failed");
    assertThat(scene.reached).hasSize(2);
  }
}
