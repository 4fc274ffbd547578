package dev.postern.policy.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.ConditionalPolicy.OnConditionError;
import dev.postern.core.spi.Policy;
import dev.postern.policy.traffic.DirectResponse;
import dev.postern.policy.traffic.RequestHeaderModifier;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The one mechanism by which policies are chosen for each request. */
class ConditionalPolicyTest {
  private static final String YAML =
      """
      gateways:
        default: {port: 8080}
      routes:
      - policies:
          directResponse:
            conditional:
            - {condition: request.path == '/a', status: 201, body: a}
            - {condition: request.headers.x == '1', status: 202}
            - {status: 203}
        backends: [{host: "localhost:1"}]
      """;

  private static final ConditionalPolicy CHOSEN =
      ConditionalPolicy.when("request.path == '/a'", new DirectResponse(201, "a"))
          .or("request.headers.x == '1'", new DirectResponse(202, ""))
          .otherwise(new DirectResponse(203, ""));

  static Stream<Gateway> doors() throws IOException {
    return Stream.of(
        behind(CHOSEN),
        Gateway.builder()
            .config(Configs.fromYaml(YAML))
            .expressions(FakeExpressions.ENGINE)
            .build());
  }

  private static Gateway behind(Policy... policies) {
    return Gateway.builder()
        .expressions(FakeExpressions.ENGINE)
        .route(
            "r",
            route -> {
              for (Policy policy : policies) {
                route.policy(policy);
              }
              route.backend(
                  HandlerBackend.of("echo", (exchange, request) -> GatewayResponse.of(200)));
            })
        .build();
  }

  private static int status(Gateway gateway, GatewayRequest request) {
    try (GatewayResponse response = gateway.handle(request)) {
      return response.status();
    }
  }

  @ParameterizedTest
  @MethodSource("doors")
  @DisplayName("8.4: the first whose condition holds; one without a value does not hold")
  void firstWhoseConditionHoldsIsChosen(Gateway gateway) {
    try (gateway) {
      assertThat(status(gateway, GatewayRequest.get("/a").header("x", "1").build())).isEqualTo(201);
      assertThat(status(gateway, GatewayRequest.get("/b").header("x", "1").build())).isEqualTo(202);
      assertThat(status(gateway, GatewayRequest.get("/b").build())).isEqualTo(203);
    }
  }

  @Test
  @DisplayName("8.4: a condition without a value refuses, if that is asked for")
  void conditionsWithoutAValueRefuseWhenAskedTo() {
    ConditionalPolicy skipping = ConditionalPolicy.when("fail()", new DirectResponse(201, ""));
    try (Gateway gateway = behind(skipping)) {
      assertThat(status(gateway, GatewayRequest.get("/").build())).isEqualTo(200);
    }
    try (Gateway gateway = behind(skipping.onConditionError(OnConditionError.DENY))) {
      assertThat(status(gateway, GatewayRequest.get("/").build())).isEqualTo(403);
    }
  }

  @Test
  void whatHappensOnErrorsIsReadAndWritten() {
    String text = YAML.replace("conditional:", "onConditionError: deny\n      conditional:");
    GatewayConfig config = Configs.fromYaml(text);
    assertThat(config.routes().getFirst().policies().find(ConditionalPolicy.class))
        .isEqualTo(CHOSEN.onConditionError(OnConditionError.DENY));
    assertThat(Configs.fromYaml(Configs.toYaml(config))).isEqualTo(config);
  }

  @Test
  void withoutAnEntryThatFitsNothingIsDone() {
    try (Gateway gateway =
        behind(ConditionalPolicy.when("request.path == '/a'", new DirectResponse(201, "")))) {
      assertThat(status(gateway, GatewayRequest.get("/b").build())).isEqualTo(200);
    }
  }

  @Test
  @DisplayName("8.4: conditions look at the request as the route began with it")
  void conditionsLookAtTheRequestAsTheRouteBeganWithIt() {
    Policy rewriting = new RequestHeaderModifier(Map.of(), Map.of("x", "changed"), List.of());
    Policy chosen =
        ConditionalPolicy.when("request.headers.x == 'asked'", new DirectResponse(201, ""));
    try (Gateway gateway = behind(rewriting, chosen)) {
      assertThat(status(gateway, GatewayRequest.get("/").header("x", "asked").build()))
          .isEqualTo(201);
    }
  }

  @Test
  void conditionsMayLookAtTheBody() throws IOException {
    Policy chosen =
        ConditionalPolicy.when("request.body == 'drop'", new DirectResponse(201, "dropped"));
    try (Gateway gateway = behind(chosen)) {
      GatewayRequest request = GatewayRequest.post("/", Body.of("drop")).build();
      try (GatewayResponse response = gateway.handle(request)) {
        assertThat(response.body().readAll(100)).isEqualTo("dropped".getBytes(UTF_8));
      }
      assertThat(status(gateway, GatewayRequest.post("/", Body.of("keep")).build())).isEqualTo(200);
    }
  }

  @Test
  void whatIsWrittenIsReadBack() {
    String written = Configs.toYaml(Configs.fromYaml(YAML));
    assertThat(Configs.fromYaml(written)).isEqualTo(Configs.fromYaml(YAML));
  }

  @Test
  void entriesWithoutAConditionMustBeLast() {
    ExpressionText condition = ExpressionText.parse("true");
    DirectResponse policy = new DirectResponse(200, "");
    assertThatThrownBy(() ->
            new ConditionalPolicy(
                List.of(
                    new ConditionalPolicy.Entry(null, policy),
                    new ConditionalPolicy.Entry(condition, policy))))
        .hasMessage("conditional[0]: conditional policy entries without condition must be last");
    assertThatThrownBy(() -> new ConditionalPolicy(List.of()))
        .hasMessage("conditional: 0 entries (expected: 1..64)");
  }

  @Test
  void conditionsThatCannotBeCompiledAreRefusedAtTheirPlace() {
    assertThatThrownBy(
            () -> behind(ConditionalPolicy.when("nonsense", new DirectResponse(200, ""))))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("conditional[0].condition: unknown variable nonsense");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          directResponse: {conditional: []}                              | 0 entries (expected: 1..64)
          directResponse: {conditional: {}}                              | a list of policies
          directResponse: {conditional: [{status: 200}, {status: 201}]}  | must be last
          directResponse: {conditional: [{condition: 'true'}]}           | status
          directResponse: {conditional: [{condition: [], status: 200}]}  | an expression
          directResponse: {conditional: [{status: 200}], status: 200}    | unknown field
          directResponse: {conditional: [5]}                             | an object with condition
          urlRewrite: {conditional: [{condition: 'true'}]}               | unknown field
          """)
  void oddFormsAreRefused(String policy, String problem) {
    String text =
        """
        gateways:
          default: {port: 8080}
        routes:
        - backends: [{host: "localhost:1"}]
          policies:
            %s
        """
            .formatted(policy);
    assertThatThrownBy(() -> Configs.fromYaml(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem);
  }
}
