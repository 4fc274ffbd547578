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
import java.time.Duration;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of requests that a service decides about. */
class ExtAuthzTest {
  private final Scene scene = new Scene();

  ExtAuthzTest() throws IOException {}

  @AfterEach
  void close() {
    scene.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 202, 204})
  @DisplayName("EA-4: 2xx lets pass")
  void successLetsPass(int status) throws IOException {
    scene.answering(status).behind(scene.asking(Http.DEFAULT));
    Answer answer = scene.get("/a/b?c=d", "authorization", "Bearer t", "x-other", "1");
    assertThat(answer.body()).isEqualTo("reached");
    assertThat(scene.onlyAsked().getMethod()).isEqualTo("GET");
    assertThat(scene.onlyAsked().getTarget()).isEqualTo("/a/b?c=d");
    assertThat(scene.onlyAsked().getHeaders().get("authorization")).isEqualTo("Bearer t");
    assertThat(scene.onlyAsked().getHeaders().get("host")).isEqualTo(scene.serviceAddress());
    assertThat(scene.onlyAsked().getHeaders().names()).doesNotContain("x-other");
    assertThat(scene.onlyReached().getHeaders().get("authorization")).isEqualTo("Bearer t");
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
        .behind(scene.asking(Http.DEFAULT.includeResponseHeaders("x-why")));
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
    scene
        .answering(401, "www-authenticate", "Bearer realm=\"x\"")
        .behind(scene.asking(Http.DEFAULT));
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
        .behind(scene.asking(Http.DEFAULT.redirect("'/elsewhere'")));
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
        .behind(scene.asking(Http.DEFAULT.redirect("'/oauth2/start?rd=' + request.path")));
    Answer answer = scene.get("/a/b");
    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.header("location")).isEqualTo("/oauth2/start?rd=/a/b");
    assertThat(answer.body()).isEmpty();
  }

  @Test
  @DisplayName("EA-4: a redirect without a value leaves the refusal as it is; 404 has none")
  void withoutARedirectTheRefusalStands() throws IOException {
    scene
        .answering(401)
        .behind(scene.asking(Http.DEFAULT.redirect("request.headers['x-missing']")));
    assertThat(scene.get("/").status()).isEqualTo(401);
    scene.answering(404);
    assertThat(scene.get("/", "x-missing", "/there").status()).isEqualTo(404);
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
            scene.asking(
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
    assertThat(scene.onlyAsked().getHeaders().get("x-who")).isEqualTo("ann");
    assertThat(scene.onlyAsked().getHeaders().names()).doesNotContain("x-none");
    assertThat(scene.onlyReached().getHeaders().get("x-plan")).isEqualTo("gold/ann");
  }

  @Test
  @DisplayName("EA-13: preflight requests that cors answers are not asked about, others are")
  void preflightRequestsAreNotAskedAbout() throws IOException {
    scene
        .answering(403)
        .behind(
            scene.asking(Http.DEFAULT),
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
  void theServiceIsAskedAsItsPoliciesSay() throws IOException {
    ExtAuthz policy =
        scene.asking(Http.DEFAULT).policies(BackendAuth.key(Secret.of("s3cret-of-the-service")));
    scene.behind(policy);
    scene.get("/", "authorization", "Bearer of-the-caller");
    assertThat(scene.onlyAsked().getHeaders().get("authorization"))
        .isEqualTo("Bearer s3cret-of-the-service");
    assertThat(scene.onlyReached().getHeaders().get("authorization"))
        .isEqualTo("Bearer of-the-caller");
    assertThat(policy.toString()).doesNotContain("s3cret");
    assertThat(String.join("\n", scene.ended().log)).doesNotContain("s3cret", "of-the-caller");
  }

  @Test
  void expressionsThatMayHoldCredentialsAreNotShown() {
    Http http =
        Http.DEFAULT.addRequestHeader("authorization", "'Basic s3cret'").body("'pw=s3cret'");
    assertThat(scene.asking(http).toString()).doesNotContain("s3cret").contains("authorization");
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
    assertThat(scene.onlyAsked().getHeaders().get("authorization")).isEqualTo("Bearer s3cret");
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
    ExtAuthz atGateway = scene.asking(http.addRequestHeader("x-place", "'gateway'"));
    ExtAuthz atRoute = scene.asking(http.addRequestHeader("x-place", "'route'"));
    ExtAuthz atBackend = scene.asking(http.addRequestHeader("x-place", "'backend'"));
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
    assertThat(scene.onlyReached().getTarget()).isEqualTo("/rewritten");
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
                            PolicySet.of(scene.asking(Http.DEFAULT))))));
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
        .behind(scene.asking(Http.DEFAULT));
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
            .route("r", route -> route.policy(scene.asking(Http.DEFAULT)).backend(models)));
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
                "request.headers['x-kind'] == 'a'", scene.asking(Http.DEFAULT.path("'/a'")))
            .or("request.headers['x-kind'] == 'b'", scene.asking(Http.DEFAULT.path("'/b'")));
    scene.behind(chosen.onConditionError(ConditionalPolicy.OnConditionError.DENY));
    assertThat(scene.get("/", "x-kind", "b").status()).isEqualTo(200);
    assertThat(scene.onlyAsked().getTarget()).isEqualTo("/b");
    assertThat(scene.get("/", "x-kind", "c").status()).isEqualTo(200);
    assertThat(scene.get("/").status()).isEqualTo(403);
    assertThat(scene.asked).hasSize(1);
    assertThat(scene.reached).hasSize(2);
  }

  @Test
  void valuesAreChecked() {
    ExtAuthz policy = scene.asking(Http.DEFAULT);
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
