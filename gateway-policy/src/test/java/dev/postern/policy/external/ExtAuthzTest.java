package dev.postern.policy.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendReference;
import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.HostBackend;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.exchange.ErrorRenderer;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import dev.postern.policy.authn.ApiKey;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import dev.postern.policy.external.AuthorizationProtocol.Http;
import dev.postern.policy.functional.Doorway.Answer;
import dev.postern.policy.traffic.Cors;
import dev.postern.policy.traffic.PathRewrite;
import dev.postern.policy.traffic.UrlRewrite;
import dev.postern.policy.transform.Transformation;
import dev.postern.policy.transform.Transformations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtAuthzTest {
  private final Scene scene = new Scene();

  ExtAuthzTest() throws IOException {}

  @AfterEach
  void close() {
    scene.close();
  }

  private ExtAuthz asking(Http http) {
    return ExtAuthz.http(scene.service(), http);
  }

  private RecordedRequest asked() {
    assertThat(scene.asked).hasSize(1);
    return scene.asked.getFirst();
  }

  private RecordedRequest reached() {
    assertThat(scene.reached).hasSize(1);
    return scene.reached.getFirst();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 202, 204})
  @DisplayName("EA-4: 2xx lets pass")
  void successLetsPass(int status) throws IOException {
    scene.answering(status).behind(asking(Http.DEFAULT));
    Answer answer = scene.get("/a/b?c=d", "authorization", "Bearer t", "x-other", "1");
    assertThat(answer.body()).isEqualTo("reached");
    assertThat(asked().getMethod()).isEqualTo("GET");
    assertThat(asked().getTarget()).isEqualTo("/a/b?c=d");
    assertThat(asked().getHeaders().get("authorization")).isEqualTo("Bearer t");
    assertThat(asked().getHeaders().get("host")).isEqualTo(scene.serviceAddress());
    assertThat(asked().getHeaders().names()).doesNotContain("x-other");
    assertThat(reached().getHeaders().get("authorization")).isEqualTo("Bearer t");
  }

  @Test
  @DisplayName("EA-4: refusals go back with what the service said")
  void refusalsGoBackAsTheServiceGaveThem() throws IOException {
    scene
        .answering(request ->
            new MockResponse.Builder()
                .code(403)
                .addHeader("content-type", "text/html")
                .addHeader("www-authenticate", "Custom")
                .addHeader("set-cookie", "a=1")
                .addHeader("set-cookie", "b=2")
                .addHeader("x-why", "because")
                .addHeader("x-internal", "secret")
                .body("<p>no</p>")
                .build())
        .behind(asking(Http.DEFAULT.includeResponseHeaders("x-why")));
    Answer answer = scene.get("/");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).isEqualTo("<p>no</p>");
    assertThat(answer.header("content-type")).isEqualTo("text/html");
    assertThat(answer.header("www-authenticate")).isEqualTo("Custom");
    assertThat(answer.headers().all("set-cookie")).containsExactly("a=1", "b=2");
    assertThat(answer.header("x-why")).isEqualTo("because");
    assertThat(answer.header("x-internal")).isNull();
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    assertThat(scene.reached).isEmpty();
    assertThat(scene.ended().log.getFirst())
        .contains("\"reason\":\"ExtAuth\"")
        .contains("the authorization service answered with status 403");
  }

  @Test
  @DisplayName("EA-4: a refusal that says nothing gets the text of the gateway")
  void refusalsThatSayNothingHaveATextOfTheirOwn() throws IOException {
    scene.answering(401, "www-authenticate", "Bearer realm=\"x\"").behind(asking(Http.DEFAULT));
    Answer answer = scene.get("/");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("external authorization failed");
    assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(answer.header("www-authenticate")).isEqualTo("Bearer realm=\"x\"");
  }

  @Test
  @DisplayName("EA-4: other 3xx and 4xx go back, and redirects are not followed (EA-9)")
  void redirectsOfTheServiceGoBack() throws IOException {
    scene
        .answering(307, "location", "https://login.example/")
        .behind(asking(Http.DEFAULT.redirect("'/elsewhere'")));
    Answer answer = scene.get("/");
    assertThat(answer.status()).isEqualTo(307);
    assertThat(answer.header("location")).isEqualTo("https://login.example/");
    assertThat(scene.asked).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  @DisplayName("EA-4: callers that are refused are sent where redirect says")
  void refusedCallersAreRedirected(int status) throws IOException {
    scene
        .answering(status)
        .behind(asking(Http.DEFAULT.redirect("'/oauth2/start?rd=' + request.path")));
    Answer answer = scene.get("/a/b");
    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.header("location")).isEqualTo("/oauth2/start?rd=/a/b");
    assertThat(answer.body()).isEmpty();
  }

  @Test
  @DisplayName("EA-4: a redirect without a value leaves the refusal as it is; 404 has none")
  void withoutARedirectTheRefusalStands() throws IOException {
    scene.answering(401).behind(asking(Http.DEFAULT.redirect("request.headers['x-missing']")));
    assertThat(scene.get("/").status()).isEqualTo(401);
    scene.answering(404);
    assertThat(scene.get("/", "x-missing", "/there").status()).isEqualTo(404);
  }

  @Test
  void pathMethodAuthorityAndHeadersCanBeGiven() throws IOException {
    scene.behind(
        asking(
                Http.DEFAULT
                    .path("'/auth' + request.path + '?x=1'")
                    .body("'user=' + request.headers['x-user']")
                    .addRequestHeader(":method", "'POST'")
                    .addRequestHeader(":authority", "'local.example'")
                    .addRequestHeader("content-type", "'text/plain'")
                    .addRequestHeader("x-added", "request.method"))
            .includeRequestHeaders("x-user", ":scheme"));
    assertThat(scene.get("/p", "x-user", "ann").status()).isEqualTo(200);
    assertThat(asked().getMethod()).isEqualTo("POST");
    assertThat(asked().getTarget()).isEqualTo("/auth/p?x=1");
    assertThat(asked().getHeaders().get("host")).isEqualTo("local.example");
    assertThat(asked().getHeaders().get("content-type")).isEqualTo("text/plain");
    assertThat(asked().getHeaders().get("x-added")).isEqualTo("GET");
    assertThat(asked().getHeaders().get("x-user")).isEqualTo("ann");
    assertThat(asked().getBody().utf8()).isEqualTo("user=ann");
  }

  @Test
  @DisplayName("EA-6: what only the gateway gives cannot come from the caller")
  void headersOfTheServiceCannotBeSpoofed() throws IOException {
    scene
        .answering(200, "x-groups", "a", "x-groups", "b")
        .behind(
            asking(
                Http.DEFAULT
                    .includeResponseHeaders("x-user", "x-groups")
                    .addRequestHeader("x-context", "request.headers['x-missing']")));
    scene.send(
        GatewayRequest.get("/"), "X-USER", "root", "x-groups", "admins", "x-context", "forged");
    assertThat(reached().getHeaders().names()).doesNotContain("x-user", "x-context");
    assertThat(reached().getHeaders().values("x-groups")).containsExactly("a", "b");
    assertThat(asked().getHeaders().names()).doesNotContain("x-context");
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
                    route.policy(asking(http)).backend(HostBackend.of(scene.backendAddress()))));
    assertThat(scene.get("/").status()).isEqualTo(200);
    assertThat(reached().getHeaders().names()).doesNotContain("x_user");
  }

  @Test
  @DisplayName("EA-6: what describes the content of a request stays with it")
  void theContentKeepsItsDescription() throws IOException {
    scene.behind(asking(Http.DEFAULT.addRequestHeader("content-type", "'text/plain'")));
    scene.send(GatewayRequest.post("/", Body.of("{}")), "content-type", "application/json");
    assertThat(asked().getHeaders().get("content-type")).isEqualTo("text/plain");
    assertThat(reached().getHeaders().get("content-type")).isEqualTo("application/json");
    assertThat(reached().getBody().utf8()).isEqualTo("{}");
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
            asking(Http.DEFAULT.includeResponseHeaders("x-count"))
                .includeRequestHeaders("x-name", "x-list", "cookie"));
    GatewayRequest.Builder request =
        GatewayRequest.get("/")
            .headers(
                Headers.of(
                    "x-name", utf8, "x-list", "a", "x-list", "b", "cookie", "c=1", "cookie",
                    "d=2"));
    scene.send(request);
    assertThat(asked().getHeaders().get("x-list")).isEqualTo("a, b");
    assertThat(asked().getHeaders().get("cookie")).isEqualTo("c=1; d=2");
    assertThat(asked().getHeaders().get("x-name")).isEqualTo("zoë");
    assertThat(reached().getHeaders().get("x-count")).isEqualTo("3");
  }

  @Test
  @DisplayName("EA-10: authentication first; what fails in headers and metadata is left out")
  void expressionsKnowTheCallerAndMayFail() throws IOException {
    scene
        .answering(request ->
            new MockResponse.Builder()
                .addHeader("x-plan", "gold")
                .body("{\"id\":7,\"tags\":[\"a\"]}")
                .build())
        .behind(
            ApiKey.of(ApiKey.Key.of(Secret.of("0123456789")).name("ann")),
            asking(
                Http.DEFAULT
                    .addRequestHeader("x-who", "apiKey.name")
                    .addRequestHeader("x-none", "jwt.sub")
                    .metadata("plan", "response.headers['x-plan']")
                    .metadata("id", "json(response.body).id")
                    .metadata("missing", "json(response.body).missing")
                    .metadata("who", "apiKey.name")),
            Authorization.of(Rule.require("extauthz.id == 7 && !has(extauthz.missing)")),
            Transformations.ofRequests(
                Transformation.builder()
                    .set("x-plan", "extauthz.plan + '/' + extauthz.who")
                    .build()));
    Answer answer = scene.get("/", "authorization", "Bearer 0123456789");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(asked().getHeaders().get("x-who")).isEqualTo("ann");
    assertThat(asked().getHeaders().names()).doesNotContain("x-none");
    assertThat(reached().getHeaders().get("x-plan")).isEqualTo("gold/ann");
  }

  @Test
  @DisplayName("EA-12: the path is the canonical one, without parameters of its segments")
  void thePathIsTheCanonicalOne() throws IOException {
    scene.behind(asking(Http.DEFAULT));
    scene.get("/a;x=1/./%7eb/../c?q=1");
    assertThat(asked().getTarget()).isEqualTo("/a/c?q=1");
  }

  @Test
  @DisplayName("EA-12: a request without a path is asked about with the root")
  void requestsWithoutAPathAreAskedAbout() throws IOException {
    scene.running(
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1").policy(asking(Http.DEFAULT))));
    scene.answering(403);
    Answer answer = scene.send(GatewayRequest.builder("OPTIONS", "*").authority("g.example"));
    assertThat(answer.status()).isEqualTo(403);
    assertThat(asked().getMethod()).isEqualTo("OPTIONS");
    assertThat(asked().getTarget()).isEqualTo("/");
  }

  @Test
  @DisplayName("EA-13: preflight requests that cors answers are not asked about, others are")
  void preflightRequestsAreNotAskedAbout() throws IOException {
    scene
        .answering(403)
        .behind(
            asking(Http.DEFAULT),
            Cors.none().allowOrigins("https://app.example").allowMethods("GET"));
    GatewayRequest.Builder preflight = GatewayRequest.builder("OPTIONS", "/");
    Answer answer =
        scene.send(
            preflight, "origin", "https://app.example", "access-control-request-method", "GET");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(scene.asked).isEmpty();
    Answer other = scene.get("/", "origin", "https://app.example");
    assertThat(other.status()).isEqualTo(403);
    assertThat(other.header("access-control-allow-origin")).isEqualTo("https://app.example");
    assertThat(scene.asked).hasSize(1);
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
        asking(Http.DEFAULT.path("'/auth'").forwardedHeaders(true)).includeRequestHeaders(names));
    String[] forged =
        List.of(names).stream().flatMap(name -> Stream.of(name, "forged")).toArray(String[]::new);
    scene.send(GatewayRequest.post("/a?b=c", Body.empty()).authority("g.example"), forged);
    assertThat(asked().getTarget()).isEqualTo("/auth");
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
        assertThat(asked().getHeaders().values(name)).as(name).containsExactly(value));
  }

  @Test
  @DisplayName("EA-14: without them the caller's copies are dropped as well")
  void forwardedHeadersOfCallersAreDropped() throws IOException {
    scene.behind(asking(Http.DEFAULT).includeRequestHeaders("x-forwarded-uri", "x-original-url"));
    scene.get("/", "x-forwarded-uri", "/forged", "x-original-url", "http://forged/");
    assertThat(asked().getHeaders().names())
        .doesNotContain("x-forwarded-uri", "x-original-url", "x-forwarded-for");
  }

  @Test
  void theServiceIsAskedAsItsPoliciesSay() throws IOException {
    ExtAuthz policy =
        asking(Http.DEFAULT).policies(BackendAuth.key(Secret.of("s3cret-of-the-service")));
    scene.behind(policy);
    scene.get("/", "authorization", "Bearer of-the-caller");
    assertThat(asked().getHeaders().get("authorization")).isEqualTo("Bearer s3cret-of-the-service");
    assertThat(reached().getHeaders().get("authorization")).isEqualTo("Bearer of-the-caller");
    assertThat(policy.toString()).doesNotContain("s3cret");
    assertThat(String.join("\n", scene.ended().log)).doesNotContain("s3cret", "of-the-caller");
  }

  @Test
  void expressionsThatMayHoldCredentialsAreNotShown() {
    Http http =
        Http.DEFAULT.addRequestHeader("authorization", "'Basic s3cret'").body("'pw=s3cret'");
    assertThat(asking(http).toString()).doesNotContain("s3cret").contains("authorization");
  }

  @Test
  void aNamedBackendIsAskedWithItsOwnPolicies() throws IOException {
    ExtAuthz policy = ExtAuthz.http(new BackendReference("authz"), Http.DEFAULT);
    scene.running(
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .backend("authz", scene.service(), BackendAuth.key(Secret.of("s3cret")))
            .route(
                "r",
                route -> route.policy(policy).backend(HostBackend.of(scene.backendAddress()))));
    assertThat(scene.get("/").status()).isEqualTo(200);
    assertThat(asked().getHeaders().get("authorization")).isEqualTo("Bearer s3cret");
  }

  @Test
  void aBackendThatDoesNotExistIsRefused() {
    ExtAuthz policy = ExtAuthz.http(new BackendReference("authz"), Http.DEFAULT);
    assertThatThrownBy(() -> scene.behind(policy))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("routes.r.policies: extAuthz.backend: unknown backend authz");
  }

  @Test
  @DisplayName("8.2: at a gateway, before the route is chosen; at a backend, in each attempt")
  void gatewaysRoutesAndBackendsAskForThemselves() throws IOException {
    Http http = Http.DEFAULT.path("'/at-' + request.path.substring(1)");
    ExtAuthz atGateway = asking(http.addRequestHeader("x-place", "'gateway'"));
    ExtAuthz atRoute = asking(http.addRequestHeader("x-place", "'route'"));
    ExtAuthz atBackend = asking(http.addRequestHeader("x-place", "'backend'"));
    scene.running(
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1").policy(atGateway))
            .route(
                "r",
                route ->
                    route
                        .policy(atRoute)
                        .policy(UrlRewrite.none().path(new PathRewrite.Full("/rewritten")))
                        .backend(
                            new RouteBackend(
                                1,
                                HostBackend.of(scene.backendAddress()),
                                PolicySet.of(atBackend)))));
    assertThat(scene.get("/x").status()).isEqualTo(200);
    assertThat(scene.asked)
        .extracting(request -> request.getHeaders().get("x-place") + request.getTarget())
        .containsExactly("gateway/at-x", "route/at-x", "backend/at-rewritten");
    assertThat(reached().getTarget()).isEqualTo("/rewritten");
  }

  @Test
  void aBackendThatTheServiceRefusesAnswersAsTheServiceDoes() throws IOException {
    scene.running(
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route(
                "r",
                route ->
                    route.backend(
                        new RouteBackend(
                            1,
                            HostBackend.of(scene.backendAddress()),
                            PolicySet.of(asking(Http.DEFAULT))))));
    scene.answering(request -> new MockResponse.Builder().code(403).body("not here").build());
    Answer refused = scene.get("/");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).isEqualTo("not here");
    scene.answering(500);
    assertThat(scene.get("/").body()).isEqualTo("external authorization failed");
    assertThat(scene.reached).isEmpty();
  }

  @Test
  @DisplayName("ER-1: gRPC clients get the status in their own way")
  void grpcClientsGetTheirOwnForm() throws IOException {
    scene
        .answering(request -> new MockResponse.Builder().code(401).body("who are you").build())
        .behind(asking(Http.DEFAULT));
    Answer answer =
        scene.send(GatewayRequest.post("/s/m", Body.empty()), "content-type", "application/grpc");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("grpc-status")).isEqualTo("16");
    assertThat(answer.body()).isEmpty();
  }

  @Test
  @DisplayName("ER-2: clients of a protocol with errors of its own get those")
  void protocolsWithErrorsOfTheirOwnKeepThem() throws IOException {
    ErrorRenderer renderer =
        (error, exchange, request) ->
            GatewayResponse.json(error.status(), "{\"error\":\"" + error.message() + "\"}");
    HandlerBackend models =
        new HandlerBackend("models", (exchange, request) -> GatewayResponse.of(200), renderer);
    scene.running(
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route("r", route -> route.policy(asking(Http.DEFAULT)).backend(models)));
    scene.answering(request ->
        new MockResponse.Builder()
            .code(401)
            .addHeader("content-type", "text/html")
            .addHeader("www-authenticate", "Bearer")
            .body("<p>no</p>")
            .build());
    Answer refused = scene.get("/");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.body()).isEqualTo("{\"error\":\"external authorization failed\"}");
    assertThat(refused.header("content-type")).isEqualTo("application/json");
    assertThat(refused.header("www-authenticate")).isEqualTo("Bearer");
    scene.answering(500);
    assertThat(scene.get("/").body()).contains("external authorization failed").startsWith("{");
  }

  @Test
  @DisplayName("8.4: services chosen by condition, with a refusal when a condition has no value")
  void servicesAreChosenByCondition() throws IOException {
    ConditionalPolicy chosen =
        ConditionalPolicy.when(
                "request.headers['x-kind'] == 'a'", asking(Http.DEFAULT.path("'/a'")))
            .or("request.headers['x-kind'] == 'b'", asking(Http.DEFAULT.path("'/b'")));
    scene.behind(chosen.onConditionError(ConditionalPolicy.OnConditionError.DENY));
    assertThat(scene.get("/", "x-kind", "b").status()).isEqualTo(200);
    assertThat(asked().getTarget()).isEqualTo("/b");
    assertThat(scene.get("/", "x-kind", "c").status()).isEqualTo(200);
    assertThat(scene.get("/").status()).isEqualTo(403);
    assertThat(scene.asked).hasSize(1);
    assertThat(scene.reached).hasSize(2);
  }

  @Test
  void valuesAreChecked() {
    ExtAuthz policy = asking(Http.DEFAULT);
    assertThatThrownBy(() -> policy.statusOnError(200))
        .hasMessage("statusOnError: 200 (expected: 400..599)");
    assertThatThrownBy(() -> policy.timeout(Duration.ZERO))
        .hasMessage("timeout: PT0S (expected: more than zero)");
    assertThatThrownBy(() -> policy.includeRequestHeaders("a", ":status"))
        .hasMessageStartingWith("includeRequestHeaders[1]: :status (expected: ");
    assertThatThrownBy(() -> Http.DEFAULT.includeResponseHeaders("content-length"))
        .hasMessageStartingWith("includeResponseHeaders[0]: content-length (expected: ");
    assertThatThrownBy(() -> Http.DEFAULT.addRequestHeader("a b", "'c'"))
        .hasMessageStartingWith("addRequestHeaders.a b: a b (expected: ");
    assertThatThrownBy(() -> new FailureMode.DenyWithStatus(200))
        .hasMessage("status: 200 (expected: 400..599)");
  }
}
