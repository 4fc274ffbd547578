package dev.postern.policy.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.config.Configs;
import dev.postern.core.http.GatewayRequest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration is warned of when it is loaded, and what not. */
class ExpressionWarningsTest {
  private static final String ROUTE =
      """
      gateways:
        default: {port: 8080}
      routes:
      - name: web
        policies:
          %s
          directResponse: {status: 200, body: ok}
        backends: [{host: "localhost:1"}]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      textBlock =
          """
          allow   ¦ true                                    ¦ lets every request pass
          allow   ¦ 1 + 1 == 2 || request.path == "/"       ¦ lets every request pass
          require ¦ unvalidatedJwtPayload(request.headers.join().t).sub == "a" ¦ believes a token that nobody has verified
          deny    ¦ request.headers["x-role"] == "guest"    ¦ compares a header with a text, and a header of several lines is a list (use request.headers.raw() or request.headers.join())
          allow   ¦ request.headers.x in ["a", "b"]         ¦ compares a header with a text, and a header of several lines is a list (use request.headers.raw() or request.headers.join())
          deny    ¦ request.rawPath.matches("^/admin")      ¦ looks at the path as the client wrote it, which has many spellings (use request.path)
          """)
  @DisplayName("AZ-5: rules that are likely to be a mistake")
  void rulesAreWarnedOf(String verb, String rule, String warning) {
    assertThat(warnings("authorization: {rules: [{" + verb + ": '" + rule + "'}]}"))
        .containsExactly("routes.default/web.authorization.rules[0]." + verb + ": " + warning);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{require: 'true'}",
        "{allow: 'request.headers.join()[\"x-role\"] == \"guest\"'}",
        "{deny: '\"guest\" in request.headers.raw()[\"x-role\"]'}",
        "{allow: 'has(request.headers.x)'}",
        "{allow: 'jwt.role == \"admin\" && request.path.startsWith(\"/v1\")'}"
      })
  @DisplayName("AZ-5: rules that are not")
  void otherRulesAreNot(String rule) {
    assertThat(warnings("authorization: {rules: [" + rule + "]}")).isEmpty();
  }

  @Test
  @DisplayName("AZ-6: allow rules of several places are alternatives")
  void allowRulesOfSeveralPlacesAreWarnedOf() {
    String both =
        ROUTE.formatted("authorization: {rules: ['request.path == \"/a\"']}")
            + """
            policies:
            - name: floor
              target: {gateway: {gatewayName: default}}
              policy:
                authorization: {rules: [%s]}
            """;
    assertThat(loaded(both.formatted("'request.method == \"GET\"'")))
        .containsExactly(
            "routes.web.policies.authorization: allow rules of several places are alternatives"
                + " (what must hold everywhere belongs into require or deny)");
    assertThat(loaded(both.formatted("{require: 'request.method == \"GET\"'}"))).isEmpty();
  }

  @Test
  @DisplayName("19.8: a body of a response that is not streamed")
  void bodiesOfResponsesAreWarnedOf() {
    assertThat(warnings("transformations: {response: {set: {x: size(response.body)}}}"))
        .containsExactly(
            "routes[0].policies.transformations.response.set.x: reads the body of responses (which"
                + " are not streamed for it)");
    assertThat(warnings("transformations: {response: {set: {x: response.code}}}")).isEmpty();
  }

  @Test
  @DisplayName("19.4: all variables are for logs")
  void allVariablesAreWarnedOf() {
    assertThat(warnings("transformations: {request: {set: {x: size(variables())}}}"))
        .containsExactly(
            "routes[0].policies.transformations.request.set.x: variables() takes all bodies into"
                + " memory (meant for logs)");
  }

  @Test
  @DisplayName("19.2: environment variables that are listed, and no others")
  void expressionsSeeListedVariables() throws IOException {
    String yaml =
        "config: {cel: {exposeEnv: [PATH]}}\n"
            + ROUTE.formatted("transformations: {response: {set: {x: env.vars.PATH}}}");
    try (Gateway gateway = Gateway.builder().config(Configs.fromYaml(yaml)).build()) {
      assertThat(Doorway.IN_PROCESS.send(gateway, GatewayRequest.get("/").build()).header("x"))
          .isEqualTo(System.getenv("PATH"));
    }
  }

  @Test
  @DisplayName("19.2: the path as it was received")
  void theRawPathIsWhatTheClientWrote() throws IOException {
    String yaml = ROUTE.formatted("transformations: {response: {set: {x: request.rawPath}}}");
    try (Gateway gateway = Gateway.builder().config(Configs.fromYaml(yaml)).build()) {
      GatewayRequest request = GatewayRequest.get("/a/%2e/b/../c;x=1?q=1").build();
      assertThat(Doorway.IN_PROCESS.send(gateway, request).header("x"))
          .isEqualTo("/a/%2e/b/../c;x=1");
    }
  }

  private static List<String> warnings(String policy) {
    return loaded(ROUTE.formatted(policy));
  }

  private static List<String> loaded(String yaml) {
    GatewayConfig config = Configs.fromYaml(yaml);
    try (Gateway gateway = Gateway.builder().config(config).build()) {
      return gateway.warnings();
    }
  }
}
