package dev.postern.policy.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.HandlerBackend;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.exchange.AttributeKey;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.json.Json;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.spi.VariableType;
import dev.postern.policy.functional.Doorway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AuthorizationTest {
  private final AtomicReference<String> logged = new AtomicReference<>();

  @Test
  void withoutRulesEverythingPasses() {
    assertThat(get("/", Authorization.of())).isEqualTo(200);
  }

  @Test
  void aDenyThatIsTrueRefuses() {
    Authorization rules =
        Authorization.of(
            Rule.allow("true"), Rule.deny("request.path.startsWith('/internal')").named("inside"));
    assertThat(get("/", rules)).isEqualTo(200);
    assertThat(get("/internal/x", rules)).isEqualTo(403);
    assertThat(logged.get()).isEqualTo("refused by deny inside");
  }

  @Test
  void aRequireThatIsNotTrueRefuses() {
    Authorization rules = Authorization.of(Rule.allow("true"), Rule.require("jwt.role == 'admin'"));
    assertThat(get("/", rules)).isEqualTo(200);
    assertThat(get("/", Authorization.of(Rule.require("jwt.role == 'other'")))).isEqualTo(403);
    assertThat(logged.get()).isEqualTo("refused by require #1");
  }

  @Test
  void oneAllowOfSeveralIsEnough() {
    Authorization rules =
        Authorization.of(
            Rule.allow("request.path == '/a'"), Rule.allow("'dev' in jwt.groups && has(jwt.role)"));
    assertThat(get("/", rules)).isEqualTo(200);
    assertThat(get("/b", Authorization.of(Rule.allow("request.path == '/a'")))).isEqualTo(403);
    assertThat(logged.get()).isEqualTo("allowed by none of 1 rules");
  }

  @Test
  void withoutAnyAllowWhatIsNotRefusedPasses() {
    assertThat(get("/", Authorization.of(Rule.deny("false"), Rule.require("true")))).isEqualTo(200);
  }

  // AZ-1
  @Test
  void denyGoesBeforeRequireAndAllow() {
    Authorization rules =
        Authorization.of(
            Rule.allow("true"), Rule.require("false").named("r"), Rule.deny("true").named("d"));
    assertThat(get("/", rules)).isEqualTo(403);
    assertThat(logged.get()).isEqualTo("refused by deny d");
  }

  // AZ-2
  @Test
  void aValueThatIsNeitherTrueNorFalseCountsAsAnError() {
    assertThat(get("/", Authorization.of(Rule.allow("jwt.role")))).isEqualTo(403);
    assertThat(get("/", Authorization.of(Rule.deny("jwt.role")))).isEqualTo(403);
  }

  // AZ-3, 20 CEL error
  @Test
  void anErrorInAllowOrRequireIsClosed() {
    assertThat(get("/", Authorization.of(Rule.allow("jwt.missing == 'x'")))).isEqualTo(403);
    assertThat(get("/", Authorization.of(Rule.require("jwt.missing == 'x'")))).isEqualTo(403);
  }

  // AZ-4
  @Test
  void anErrorInDenyRefusesUnlessItIsToBeIgnored() {
    Rule rule = Rule.deny("jwt.missing == 'x'");
    assertThat(get("/", Authorization.of(rule))).isEqualTo(403);
    assertThat(get("/", new Authorization(List.of(rule), Authorization.OnDenyError.IGNORE)))
        .isEqualTo(200);
  }

  // AZ-5, 20 CEL error
  @Test
  void namesThatDoNotExistAreRefusedWhenTheConfigurationIsLoaded() {
    assertThatThrownBy(() -> get("/", Authorization.of(Rule.allow("response.code == 200"))))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith(
            "routes.r.policies: authorization.rules[0].allow: response does not exist here: it"
                + " exists on the way back only (line 1, column 1)");
  }

  // AZ-6
  @Test
  void rulesOfLessSpecificPlacesAreAdded() {
    Authorization gateway = Authorization.of(Rule.require("jwt.role == 'admin'"));
    Authorization route = Authorization.of(Rule.allow("true"));
    assertThat(route.over(gateway))
        .isEqualTo(Authorization.of(Rule.require("jwt.role == 'admin'"), Rule.allow("true")));
  }

  @Test
  void aRuleMayLookAtTheBodyWhichPassesOnUnchanged() throws IOException {
    Authorization rules = Authorization.of(Rule.allow("json(request.body).model == 'small'"));
    try (Gateway gateway = gateway(rules)) {
      String small = "{\"model\":\"small\"}";
      GatewayResponse echoed =
          gateway.handle(GatewayRequest.post("/", Body.of(Body.of(small).open())).build());
      assertThat(new String(echoed.body().readAll(100), StandardCharsets.UTF_8)).isEqualTo(small);
      GatewayRequest large = GatewayRequest.post("/", Body.of("{\"model\":\"large\"}")).build();
      assertThat(gateway.handle(large).status()).isEqualTo(403);
    }
  }

  @Test
  void refusalsTellTheClientNothing() throws IOException {
    try (Gateway gateway = gateway(Authorization.of(Rule.deny("true").named("secret-rule")))) {
      GatewayResponse response = gateway.handle(GatewayRequest.get("/").build());
      assertThat(new String(response.body().readAll(1000), StandardCharsets.UTF_8))
          .isEqualTo("authorization failed");
      assertThat(response.header("cache-control")).isEqualTo("no-store");
    }
  }

  @Test
  void isReadFromYaml() {
    LoadedConfig loaded =
        load(
            """
            rules:
            - request.path == "/a"
            - deny: jwt.sub == "mallory"
              name: known
              reason: out since May
            - require: has(jwt.sub)
            onDenyError: ignore
            """);
    Authorization read =
        (Authorization) loaded.config().routes().getFirst().policies().find("authorization");
    assertThat(read.onDenyError()).isEqualTo(Authorization.OnDenyError.IGNORE);
    assertThat(read.rules())
        .containsExactly(
            Rule.allow("request.path == \"/a\""),
            new Rule(
                null, Rule.deny("jwt.sub == \"mallory\"").deny(), null, "known", "out since May"),
            Rule.require("has(jwt.sub)"));
    assertThat(Configs.fromYaml(Configs.toYaml(loaded.config()))).isEqualTo(loaded.config());
  }

  @Test
  void anErrorInYamlNamesFileLineAndColumnWithinABlock() {
    LoadedConfig loaded =
        load(
            """
            rules:
            - allow: |
                has(jwt.sub) &&
                  request.pth == "/"
            """);
    InvalidConfigurationException refused =
        catchThrowableOfType(
            InvalidConfigurationException.class, () -> Gateway.from(loaded.config()));
    ConfigException located = loaded.locate(refused);
    assertThat(located.diagnostics().getFirst().toString())
        .isEqualTo(
            """
            gateway.yaml:12:21: error[CFG016] routes[0].policies.authorization.rules[0].allow: \
            unknown field pth; did you mean path?
              12 |             request.pth == "/"
                 |                     ^\
            """);
  }

  @Test
  void aRuleHasExactlyOneCondition() {
    assertThatThrownBy(() -> load("rules: [{allow: 'true', deny: 'true'}]"))
        .hasMessageContaining("exactly one of allow, deny, require");
  }

  static Stream<Arguments> examples() {
    String internal =
        "request.path.startsWith(\"/internal\") &&"
            + " !cidr(\"10.0.0.0/8\").containsIP(source.address)";
    return Stream.of(
        Arguments.of(Rule.require("has(jwt.role)"), "/", 200),
        Arguments.of(Rule.require("has(jwt.sub)"), "/", 403),
        Arguments.of(Rule.allow("\"dev\" in jwt.groups"), "/", 200),
        Arguments.of(Rule.allow("\"admin\" in jwt.groups"), "/", 403),
        Arguments.of(Rule.deny(internal), "/internal/x", 403),
        Arguments.of(Rule.deny(internal), "/outside", 200),
        Arguments.of(
            Rule.allow("jwt.role == \"admin\" && request.method in [\"GET\", \"POST\"]"), "/", 200),
        Arguments.of(Rule.allow("jwt.role == \"admin\" && request.method in [\"PUT\"]"), "/", 403));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void commonRulesDecideAlikeThroughBothDoors(Rule rule, String path, int status)
      throws IOException {
    try (Gateway gateway = gateway(Authorization.of(rule)).start()) {
      for (Doorway door : Doorway.values()) {
        assertThat(door.send(gateway, GatewayRequest.get(path).build()).status())
            .as("%s", door)
            .isEqualTo(status);
      }
    }
  }

  private static LoadedConfig load(String authorization) {
    String yaml =
        """
        gateways:
          default:
            port: 8080
        routes:
        - backends:
          - host: localhost:9000
          policies:
            authorization:
        """
            + authorization.indent(6);
    return Configs.parse("gateway.yaml", yaml, LoadOptions.DEFAULTS);
  }

  private int get(String path, Authorization rules) {
    try (Gateway gateway = gateway(rules)) {
      return gateway.handle(GatewayRequest.get(path).build()).status();
    }
  }

  private Gateway gateway(Authorization rules) {
    return Gateway.builder()
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .route(
            "r",
            route ->
                route
                    .policy(new SignedIn(logged))
                    .policy(rules)
                    .backend(
                        HandlerBackend.of(
                            "echo",
                            (exchange, request) ->
                                GatewayResponse.of(200).withBody(request.body()))))
        .build();
  }

  /** Stands for a policy that found out who is calling. */
  private record SignedIn(AtomicReference<String> logged) implements InterceptingPolicy {
    @Override
    public String kind() {
      return "signedIn";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.JWT_AUTH;
    }

    @Override
    public List<VariableSource> variables() {
      return List.of(Claims.JWT);
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      return (exchange, request, next) -> {
        exchange.set(Claims.KEY, Map.of("role", "admin", "groups", Json.array(Json.of("dev"))));
        GatewayResponse response = next.proceed(exchange, request);
        logged.set(exchange.record().error());
        return response;
      };
    }
  }

  private record Claims(String name) implements VariableSource {
    static final Claims JWT = new Claims("jwt");
    static final AttributeKey<Map<String, Object>> KEY = AttributeKey.of("claims");

    @Override
    public VariableType.Fields fields() {
      return new VariableType.Fields(Map.of(), true);
    }

    @Override
    public @Nullable Object read(Exchange exchange, String field) {
      Map<String, Object> claims = exchange.get(KEY);
      return claims == null ? null : claims.get(field);
    }
  }
}
