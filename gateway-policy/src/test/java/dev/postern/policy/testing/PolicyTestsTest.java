package dev.postern.policy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.exchange.Handler;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.BackendContext;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import dev.postern.policy.ratelimit.LocalRateLimit;
import dev.postern.policy.ratelimit.RateLimit;
import dev.postern.policy.testing.PolicyTestResult.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Tests of configurations, and what is said when one fails. */
class PolicyTestsTest {
  private static final String CONFIG =
      """
      gateways:
        default: {port: 4000}
        internal: {port: 4001}
      routes:
      - name: orders
        gateways: [default]
        hostnames: [orders.example.com]
        matches: [{path: {pathPrefix: /orders}}]
        policies:
          jwtAuth:
            mode: strict
            issuer: https://id.example.com
            audiences: [orders]
            jwks: {url: "https://id.example.com/keys"}
          authorization:
            rules:
            - deny: request.method == "DELETE" && jwt.role != "manager"
              name: only managers delete
            - require: has(jwt.sub)
            - allow: '"staff" in jwt.groups'
              name: staff
          localRateLimit:
          - {maxTokens: 3, tokensPerFill: 3, fillInterval: 1m, key: jwt.sub}
          transformations:
            request:
              set: {x-user: jwt.sub}
              remove: [x-debug]
            response:
              set: {x-code: string(response.code)}
        backends:
        - host: ${ORDERS_HOST}
          policies:
            requestHeaderModifier: {set: {x-backend: orders}}
      - name: keys
        gateways: [default]
        matches: [{path: {pathPrefix: /keys}}]
        policies:
          apiKey:
            mode: strict
            keys:
            - {key: "${ALICE_KEY}", name: alice, metadata: {team: blue}, ipRanges: [10.0.0.0/8]}
            - {key: sk-bob-0123456789, name: bob, expiresAt: "2030-01-01T00:00:00Z"}
          authorization:
            rules: ['apiKey.team == "blue"', 'apiKey.name == "bob"']
        backends: [{backend: shared}]
      - name: people
        gateways: [internal]
        policies:
          basicAuth: {mode: strict, htpasswd: "a:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE="}
          authorization:
            rules:
            - require: basicAuth.username == "alice" && source.subjectCn == "host1"
        backends: [{backend: shared}]
      backends:
      - name: shared
        host: shared.example.com:443
      """;

  private static final String HEAD =
      """
      config: gateway.yaml
      variables: {ORDERS_HOST: "orders.internal:80", ALICE_KEY: sk-alice-0123456789}
      tests:
      """;

  @TempDir private Path dir;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(dir.resolve("gateway.yaml"), CONFIG);
  }

  private Path file(String tests) throws IOException {
    return Files.writeString(dir.resolve("gateway.tests.yaml"), HEAD + tests);
  }

  private List<PolicyTestResult> run(String tests) throws IOException {
    return PolicyTests.load(file(tests)).run();
  }

  private Failure failure(String test) throws IOException {
    List<PolicyTestResult> results = run(test);
    assertThat(results).hasSize(1);
    assertThat(results.getFirst().failures()).hasSize(1);
    return results.getFirst().failures().getFirst();
  }

  @TestFactory
  Stream<DynamicTest> policiesRunForReal() throws IOException {
    return DynamicPolicyTests.of(
        PolicyTests.load(
            file(
                """
                - name: staff read orders
                  request: {path: "/orders/1?a=b", host: orders.example.com, headers: {x-debug: "1"}}
                  identity: {jwt: {sub: alice, groups: [staff]}}
                  expect:
                    status: 200
                    rule: staff
                    route: orders
                    reason: Upstream
                    headers: {x-ratelimit-remaining: "2", x-code: "200"}
                    backend:
                      method: GET
                      path: /orders/1?a=b
                      headers: {x-user: alice, x-backend: orders}
                      absent: [x-debug, authorization]
                - name: only managers delete
                  request: {method: DELETE, path: /orders/1, host: orders.example.com}
                  identity: {jwt: {sub: alice, role: clerk, groups: [staff]}}
                  expect: {status: 403, rule: only managers delete, reason: Authorization}
                - name: whoever has no subject is nobody
                  request: {path: /orders/1, host: orders.example.com}
                  identity: {jwt: {groups: [staff]}}
                  expect: {status: 403, rule: "require #2", body: authorization failed}
                - name: strangers are refused by no rule in particular
                  request: {path: /orders/1, host: orders.example.com}
                  identity: {jwt: {sub: eve, groups: []}}
                  expect: {status: 403}
                - name: nobody has to show a token
                  request: {path: /orders/1, host: orders.example.com}
                  expect: {status: 401, reason: JwtAuth}
                - name: a key is no token
                  request: {path: /orders/1, host: orders.example.com}
                  identity: {apiKey: alice}
                  expect: {status: 401}
                - name: a fourth request is one too many
                  request: {path: /orders/1, host: orders.example.com}
                  identity: {jwt: {sub: alice, groups: [staff]}}
                  times: 4
                  expect: {status: 429, reason: RateLimit, headers: {x-ratelimit-remaining: "0"}}
                - name: the answer of the backend passes
                  request: {path: /orders, host: orders.example.com, json: {n: 1}}
                  identity: {jwt: {sub: alice, groups: [staff]}}
                  backend: {status: 201, headers: {x-made: "1"}, json: {id: 7}}
                  expect:
                    status: 201
                    headers: {x-made: "1", x-code: "201", content-type: application/json}
                    body: '{"id":7}'
                    backend: {method: POST, body: '{"n":1}', headers: {content-type: application/json}}
                - name: another host has no orders
                  request: {path: /orders}
                  expect: {status: 404, reason: NotFound}
                - name: a configured key by its name
                  request: {path: /keys, source: 10.1.2.3}
                  identity: {apiKey: alice}
                  expect: {status: 200, rule: "allow #1", route: keys}
                - name: the key itself is verified
                  request: {path: /keys, source: 10.1.2.3, headers: {authorization: Bearer sk-alice-0123456789}}
                  expect: {status: 200, backend: {absent: [authorization]}}
                - name: a wrong key is refused
                  request: {path: /keys, headers: {authorization: Bearer sk-wrong-0123456789}}
                  expect: {status: 401}
                - name: a key holds for its addresses only
                  request: {path: /keys, source: 192.0.2.1}
                  identity: {apiKey: alice}
                  expect: {status: 401}
                - name: a key that nobody configured
                  request: {path: /keys}
                  identity: {apiKey: carol}
                  expect: {status: 401}
                - name: metadata of any key
                  request: {path: /keys}
                  identity: {apiKey: {team: red}}
                  expect: {status: 403}
                - name: a key before it expires
                  clock: "2029-12-31T00:00:00Z"
                  request: {path: /keys}
                  identity: {apiKey: bob}
                  expect: {status: 200, rule: "allow #2"}
                - name: a key after it expired
                  clock: "2030-01-01T00:00:00Z"
                  request: {path: /keys}
                  identity: {apiKey: bob}
                  expect: {status: 401}
                - name: a user with a certificate, at another gateway
                  request: {path: /, gateway: internal, host: "any:4001"}
                  identity: {basicAuth: alice, certificate: {subject: "CN=host1,O=Acme"}}
                  expect: {status: 200, route: people}
                - name: a user without a certificate
                  request: {path: /, gateway: internal}
                  identity: {basicAuth: alice}
                  expect: {status: 403, rule: "require #1"}
                """)));
  }

  @Test
  void aFailureSaysWhereWhatWasExpectedAndWhatCame() throws IOException {
    Failure failure =
        failure(
            """
            - name: clerks delete
              request: {method: DELETE, path: /orders/1, host: orders.example.com}
              identity: {jwt: {sub: alice, role: clerk}}
              expect: {status: 200}
            """);

    assertThat(failure.path()).isEqualTo("tests[0].expect.status");
    assertThat(failure.expected()).isEqualTo("200");
    assertThat(failure.came()).isEqualTo("403");
    assertThat(failure)
        .hasToString(
            dir.resolve("gateway.tests.yaml")
                + """
                :7:20: failed: clerks delete: expect.status: 403 (expected: 200)
                  7 |   expect: {status: 200}
                    |                    ^^^
                  = route orders, status 403, reason Authorization: refused by deny only managers delete\
                """);
  }

  @Test
  void everyExpectationThatFailsIsTold() throws IOException {
    List<PolicyTestResult> results =
        run(
            """
            - request: {path: /keys, source: 10.1.2.3}
              identity: {apiKey: alice}
              expect:
                status: 418
                rule: nobody
                reason: Csrf
                route: orders
                headers: {x-a: b}
                absent: [Content-Length]
                body: nothing
                backend: {method: PUT, path: /b, headers: {x-c: d}, absent: [host], body: e}
            - request: {path: /keys}
              expect: {status: 401, backend: {path: /keys}}
            """);

    assertThat(results.getFirst().failures())
        .extracting(Failure::path)
        .contains(
            "tests[0].expect.status",
            "tests[0].expect.rule",
            "tests[0].expect.reason",
            "tests[0].expect.route",
            "tests[0].expect.headers.x-a",
            "tests[0].expect.body",
            "tests[0].expect.backend.method",
            "tests[0].expect.backend.path",
            "tests[0].expect.backend.headers.x-c",
            "tests[0].expect.backend.body");
    assertThat(results.get(1).failures())
        .singleElement()
        .satisfies(failure -> {
          assertThat(failure.test()).isEqualTo("GET /keys");
          assertThat(failure.came()).isEqualTo("nothing reached a backend");
          assertThat(failure.location().line()).isEqualTo(16);
        });
  }

  @Test
  void aCheckThatFailsThrows() throws IOException {
    PolicyTests tests = PolicyTests.load(file("- {request: {}, expect: {status: 200}}\n"));

    assertThatThrownBy(tests.tests().getFirst()::check)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("GET /: expect.status: 404 (expected: 200)");
  }

  @Test
  void aMisspeltFieldIsRefusedWithItsPlace() throws IOException {
    Path file = file("- {request: {pth: /}, expect: {status: 200}}\n");

    assertThatThrownBy(() -> PolicyTests.load(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(file + ":4:14: error[CFG010] tests[0].request.pth")
        .hasMessageContaining("did you mean \"path\"?");
  }

  @Test
  void valuesThatMakeNoSenseAreRefused() throws IOException {
    Path file =
        file(
            """
            - {request: {source: office}, expect: {status: 200}}
            - {request: {}, expect: {}}
            - {request: {}, times: 0, expect: {status: 200}}
            - {request: {body: a, json: b}, expect: {status: 200}}
            - {request: {}, identity: {apiKey: [a]}, expect: {status: 200}}
            - {expect: {status: 200}}
            """);

    assertThatThrownBy(() -> PolicyTests.load(file))
        .hasMessageContaining("tests[0].request.source: \"office\" (expected: an IP address)")
        .hasMessageContaining("nothing set (expected: at least one of status, rule")
        .hasMessageContaining("tests[2].times: 0 (expected: 1..10000)")
        .hasMessageContaining("set together with body (expected: one of them)")
        .hasMessageContaining("(expected: the name of a key, or an object with metadata)")
        .hasMessageContaining("tests[5].request is required");
  }

  @Test
  void aConfigurationThatIsWrongIsToldAsItself() throws IOException {
    Files.writeString(
        dir.resolve("gateway.yaml"),
        """
        gateways: {default: {port: 4000}}
        routes:
        - policies:
            authorization: {rules: [request.pth == "/"]}
            directResponse: {status: 200}
        """);
    Path file = file("- {request: {}, expect: {status: 200}}\n");

    assertThatThrownBy(() -> PolicyTests.load(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gateway.yaml:4:37")
        .hasMessageContaining("unknown field pth; did you mean path?");
  }

  @Test
  void withoutAConfigurationThereIsNothingToTest() throws IOException {
    Path file =
        Files.writeString(dir.resolve("t.yaml"), "tests: [{request: {}, expect: {status: 200}}]");

    assertThatThrownBy(() -> PolicyTests.load(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("config is required");
    assertThatThrownBy(
            () -> PolicyTests.load(file, dir.resolve("gateway.yaml"), LoadOptions.DEFAULTS))
        .hasMessageContaining("ORDERS_HOST");
  }

  @Test
  void aConfigurationMadeInJavaIsTestedTheSame() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("t.yaml"),
            """
            tests:
            - {request: {path: /a}, expect: {status: 200, rule: a}}
            - {request: {path: /b}, expect: {status: 403}}
            """);
    HandlerBackend real =
        HandlerBackend.of("real", (exchange, request) -> GatewayResponse.text(500, "not here"));
    GatewayConfig config =
        GatewayConfig.builder()
            .route(
                "r",
                route ->
                    route
                        .policy(Authorization.of(Rule.allow("request.path == '/a'").named("a")))
                        .backend(real))
            .build();

    assertThat(PolicyTests.load(file, config).run()).allMatch(PolicyTestResult::passed);
  }

  /** Stands for a backend of models, which knows only when it has read a call what it may use. */
  private record Models() implements Backend {
    @Override
    public String kind() {
      return "models";
    }

    @Override
    public boolean asksAdmission() {
      return true;
    }

    @Override
    public Handler handler(BackendContext context) {
      throw new IllegalStateException("a test made the real backend");
    }
  }

  @Test
  void tokensOfAModelCountAsTheTestSays() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("t.yaml"),
            """
            tests:
            - {request: {body: a}, times: 2, backend: {tokens: 9}, expect: {status: 200}}
            - {request: {body: a}, times: 2, backend: {tokens: 10}, expect: {status: 429}}
            """);
    GatewayConfig config =
        GatewayConfig.builder()
            .route(
                "r",
                route ->
                    route
                        .policy(LocalRateLimit.of(RateLimit.tokens(10, Duration.ofHours(1))))
                        .backend(new Models()))
            .build();

    assertThat(PolicyTests.load(file, config).run()).allMatch(PolicyTestResult::passed);
  }
}
