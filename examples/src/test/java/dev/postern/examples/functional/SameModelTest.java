package dev.postern.examples.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendReference;
import dev.postern.core.BackendTls;
import dev.postern.core.Buffer;
import dev.postern.core.CredentialLocation;
import dev.postern.core.GatewayConfig;
import dev.postern.core.Health;
import dev.postern.core.HostBackend;
import dev.postern.core.Http;
import dev.postern.core.InvalidBackend;
import dev.postern.core.Retry;
import dev.postern.core.SessionAffinity;
import dev.postern.core.Tcp;
import dev.postern.core.Timeout;
import dev.postern.core.config.Configs;
import dev.postern.core.config.PolicyType;
import dev.postern.core.exchange.ExpressionText;
import dev.postern.core.http.Cidr;
import dev.postern.core.json.Json;
import dev.postern.core.json.JsonObject;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.routing.RouteMatch;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.text.Secret;
import dev.postern.llm.AiPolicy;
import dev.postern.llm.LlmBackend;
import dev.postern.llm.provider.compatible.Preset;
import dev.postern.llm.provider.openai.OpenAi;
import dev.postern.llm.select.NamedProvider;
import dev.postern.llm.wire.RouteType;
import dev.postern.policy.authn.ApiKey;
import dev.postern.policy.authn.AuthenticationMode;
import dev.postern.policy.authn.AuthorizationLocation;
import dev.postern.policy.authn.BasicAuth;
import dev.postern.policy.authn.Jwks;
import dev.postern.policy.authn.JwtAuth;
import dev.postern.policy.authz.Authorization;
import dev.postern.policy.authz.Rule;
import dev.postern.policy.external.AuthorizationProtocol;
import dev.postern.policy.external.ExtAuthz;
import dev.postern.policy.external.FailureMode;
import dev.postern.policy.ratelimit.LocalRateLimit;
import dev.postern.policy.ratelimit.RateLimit;
import dev.postern.policy.traffic.AuthorityRewrite;
import dev.postern.policy.traffic.Cors;
import dev.postern.policy.traffic.Csrf;
import dev.postern.policy.traffic.DirectResponse;
import dev.postern.policy.traffic.PathRewrite;
import dev.postern.policy.traffic.RequestHeaderModifier;
import dev.postern.policy.traffic.RequestRedirect;
import dev.postern.policy.traffic.ResponseHeaderModifier;
import dev.postern.policy.traffic.UrlRewrite;
import dev.postern.policy.transform.Transformation;
import dev.postern.policy.transform.Transformations;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every policy and every backend says the same in Java and in YAML, with all of its fields set. */
class SameModelTest {
  private static final Path SCHEMA = Path.of("../docs/config.schema.json");
  private static final Path POM = Path.of("pom.xml").toAbsolutePath();
  private static final Path CERT = Path.of("target", "same-model.pem").toAbsolutePath();
  private static final Path KEY = Path.of("target", "same-model.key").toAbsolutePath();
  private static final Secret SECRET = Secret.of("s");

  @BeforeAll
  static void writeCertificate() throws IOException {
    HeldCertificate held = new HeldCertificate.Builder().build();
    Files.writeString(CERT, held.certificatePem());
    Files.writeString(KEY, held.privateKeyPkcs8Pem());
  }

  static Stream<Arguments> policies() {
    return Stream.of(
        policy(
            new Timeout(seconds(1), seconds(2), seconds(3), seconds(4)),
            "{requestTimeout: 1s, backendRequestTimeout: 2s, streamIdleTimeout: 3s,"
                + " streamMaxDuration: 4s}"),
        policy(
            Retry.builder()
                .attempts(3)
                .backoff(new Retry.Backoff(seconds(1), seconds(2), false))
                .codes(502, 503)
                .precondition("request.path == '/'")
                .condition("response.code == 418")
                .bufferLimit(7)
                .methods("GET", "POST")
                .honorRetryAfter(false)
                .onBufferExceeded(Retry.OnBufferExceeded.FAIL)
                .perTryTimeout(seconds(5))
                .build(),
            "{attempts: 3, backoff: {base: 1s, max: 2s, jitter: false}, codes: [502, 503],"
                + " precondition: \"request.path == '/'\", condition: response.code == 418,"
                + " bufferLimit: 7, methods: [GET, POST], honorRetryAfter: false,"
                + " onBufferExceeded: fail, perTryTimeout: 5s}"),
        policy(
            new Buffer(
                new Buffer.Limit(1L, Buffer.FailureMode.FAIL_OPEN),
                new Buffer.Limit(2L, Buffer.FailureMode.FAIL_CLOSED)),
            "{request: {maxBytes: 1, failureMode: failOpen},"
                + " response: {maxBytes: 2, failureMode: failClosed}}"),
        policy(
            new BackendTls(CERT, KEY, CERT, "h.example", true, true, List.of("san")),
            "{cert: target/same-model.pem, key: target/same-model.key, root: target/same-model.pem,"
                + " hostname: h.example, insecure: true,"
                + " insecureHost: true, subjectAltNames: [san]}"),
        policy(
            new BackendAuth(
                new BackendAuth.Key(SECRET, new CredentialLocation.Header("x-key", "Key ")),
                null,
                List.of(
                    new BackendAuth.Credential(
                        new CredentialLocation.QueryParameter("k"), SECRET))),
            "{key: {value: s, location: {header: {name: x-key, prefix: 'Key '}}},"
                + " credentials: [{location: {queryParameter: {name: k}}, key: s}]}"),
        policy(BackendAuth.passingThrough(), "{passthrough: {}}"),
        policy(
            new Cors(List.of("*"), List.of("GET"), List.of("a"), List.of("b"), false, seconds(9)),
            "{allowOrigins: ['*'], allowMethods: [GET], allowHeaders: [a], exposeHeaders: [b],"
                + " maxAge: 9s}"),
        policy(
            new Authorization(
                List.of(
                    Rule.deny("jwt.sub == 'm'").named("known"),
                    Rule.require("has(jwt.sub)"),
                    Rule.allow("true")),
                Authorization.OnDenyError.IGNORE),
            "{rules: [{deny: \"jwt.sub == 'm'\", name: known}, {require: has(jwt.sub)}, 'true'],"
                + " onDenyError: ignore}"),
        policy(
            ApiKey.of(
                    ApiKey.Key.of(Secret.of("0123456789"))
                        .name("n")
                        .metadata(Map.of("m", Json.of("v")))
                        .allowedModels("gpt-*")
                        .expiresAt(Instant.parse("2030-01-01T00:00:00Z"))
                        .disabled(true)
                        .ipRanges(Cidr.parse("10.0.0.0/8")))
                .mode(AuthenticationMode.STRICT)
                .location(new AuthorizationLocation.Cookie("k"))
                .forward(true)
                .forwardInvalid(true),
            "{keys: [{key: '0123456789', name: n, metadata: {m: v}, allowedModels: ['gpt-*'],"
                + " expiresAt: '2030-01-01T00:00:00Z', disabled: true, ipRanges: [10.0.0.0/8]}],"
                + " mode: strict, location: {cookie: {name: k}}, forward: true,"
                + " forwardInvalid: true}"),
        policy(ApiKey.file(POM), "{file: pom.xml}"),
        policy(
            JwtAuth.of(
                    JwtAuth.Provider.of("a", Jwks.file(POM)).audiences("x"),
                    JwtAuth.Provider.of(
                            "b", Jwks.url("http://b.example/keys?v=1", true).maxStale(seconds(7)))
                        .audiences("y")
                        .jwtValidationOptions(new JwtAuth.ValidationOptions(List.of("sub")))
                        .clockSkew(seconds(3))
                        .algorithms("RS256")
                        .requireTyp("at+jwt")
                        .allowMissingKid(true))
                .mode(AuthenticationMode.PERMISSIVE)
                .location(new AuthorizationLocation.QueryParameter("t"))
                .forward(true)
                .forwardInvalid(true)
                .onUnavailable(JwtAuth.Unavailable.DENY401)
                .jwksFetchTimeout(seconds(4)),
            "{providers: [{issuer: a, audiences: [x], jwks: {file: pom.xml}}, {issuer: b,"
                + " audiences: [y], jwks: {url: 'http://b.example/keys?v=1', allowInsecure: true,"
                + " maxStale: 7s}, jwtValidationOptions: {requiredClaims: [sub]}, clockSkew: 3s,"
                + " algorithms: [RS256], requireTyp: at+jwt, allowMissingKid: true}],"
                + " mode: permissive, location: {queryParameter: {name: t}}, forward: true,"
                + " forwardInvalid: true, onUnavailable: deny401, jwksFetchTimeout: 4s}"),
        policy(
            new BasicAuth(
                Secret.of("a:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE="),
                "Staff",
                AuthenticationMode.STRICT,
                new AuthorizationLocation.Header("x-basic", ""),
                true,
                true),
            "{htpasswd: 'a:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=', realm: Staff, mode: strict,"
                + " authorizationLocation: {header: {name: x-basic}}, forward: true,"
                + " forwardInvalid: true}"),
        policy(new DirectResponse(410, "gone"), "{status: 410, body: gone}"),
        policy(
            new DirectResponse(
                200,
                null,
                ExpressionText.parse("request.path"),
                Map.of("x-a", ExpressionText.parse("'b'"))),
            "{status: 200, bodyExpression: request.path, headers: {x-a: \"'b'\"}}"),
        policy(
            new RequestHeaderModifier(Map.of("a", "1"), Map.of("b", "2"), List.of("c")),
            "{add: {a: '1'}, set: {b: '2'}, remove: [c]}"),
        policy(
            new ResponseHeaderModifier(Map.of("a", "1"), Map.of("b", "2"), List.of("c")),
            "{add: {a: '1'}, set: {b: '2'}, remove: [c]}"),
        policy(
            new RequestRedirect(
                "https",
                new AuthorityRewrite.Full("b.example:8443"),
                new PathRewrite.Full("/new"),
                308),
            "{scheme: https, authority: {full: 'b.example:8443'}, path: {full: /new},"
                + " status: 308}"),
        policy(
            new UrlRewrite(new AuthorityRewrite.Host("b.example"), new PathRewrite.Prefix("/in")),
            "{authority: {host: b.example}, path: {prefix: /in}}"),
        policy(
            new Transformations(
                Transformation.builder()
                    .metadata("m", "'1'")
                    .replace("{'a': 'b'}")
                    .add("c", "'2'")
                    .set(":path", "'/3'")
                    .remove("d")
                    .onError(Transformation.OnError.KEEP)
                    .build(),
                Transformation.builder()
                    .headers(
                        new Transformation.HeaderTemplates(
                            List.of(new Transformation.HeaderTemplates.Line("e", "{{'4'}}")),
                            List.of(new Transformation.HeaderTemplates.Line("f", "5")),
                            List.of("g")))
                    .body("'6'")
                    .onBodyError(Transformation.OnBodyError.EMPTY)
                    .build()),
            "{request: {metadata: {m: \"'1'\"}, replace: \"{'a': 'b'}\", add: {c: \"'2'\"},"
                + " set: {':path': \"'/3'\"}, remove: [d], onError: keep},"
                + " response: {headers: {add: [{name: e, value: \"{{'4'}}\"}],"
                + " set: [{name: f, value: '5'}], remove: [g]}, body: \"'6'\","
                + " onBodyError: empty}}"),
        policy(
            new Csrf(List.of("https://a.example"), true),
            "{additionalOrigins: ['https://a.example'], allowNull: true}"),
        policy(
            LocalRateLimit.of(
                RateLimit.builder(9, 3, seconds(2))
                    .key("true")
                    .onKeyError(RateLimit.OnKeyError.DENY)
                    .cost("2")
                    .maxKeys(7)
                    .build(),
                RateLimit.builder(5, 5, seconds(4))
                    .type(RateLimit.Type.TOKENS)
                    .descriptors(
                        new RateLimit.Descriptor(
                            List.of(
                                new RateLimit.Descriptor.Part("a", ExpressionText.parse("'b'")))))
                    .reserveOutput(true)
                    .headers(RateLimit.Headers.NONE)
                    .build()),
            "[{maxTokens: 9, tokensPerFill: 3, fillInterval: 2s, key: 'true', onKeyError: deny,"
                + " cost: 2, maxKeys: 7}, {maxTokens: 5, tokensPerFill: 5, fillInterval: 4s,"
                + " type: tokens, descriptors: [{entries: [{key: a, value: \"'b'\"}]}],"
                + " algorithm: tokenBucket, reserveOutput: true, headers: none}]"),
        policy(
            ExtAuthz.http(
                    HostBackend.of("authz:9000"),
                    AuthorizationProtocol.Http.DEFAULT
                        .path("'/p'")
                        .redirect("'/r'")
                        .body("'b'")
                        .includeResponseHeaders("x-u")
                        .addRequestHeader(":method", "'POST'")
                        .metadata("m", "response.code")
                        .forwardedHeaders(true))
                .policies(new Http("HTTP/2", null), BackendAuth.key(SECRET))
                .failureMode(new FailureMode.DenyWithStatus(502))
                .includeRequestHeaders("cookie", ":authority")
                .includeRequestBody(new ExtAuthz.RequestBody(9, true, true))
                .cache(ExtAuthz.Cache.of("7s", "jwt.sub").maxEntries(3))
                .timeout(seconds(4))
                .statusOnError(503),
            "{host: 'authz:9000', protocol: {http: {path: \"'/p'\", redirect: \"'/r'\","
                + " body: \"'b'\", includeResponseHeaders: [x-u], addRequestHeaders:"
                + " {':method': \"'POST'\"}, metadata: {m: response.code},"
                + " forwardedHeaders: true}}, policies: {http: {version: HTTP/2},"
                + " backendAuth: {key: s}}, failureMode: {denyWithStatus: 502},"
                + " includeRequestHeaders: [cookie, ':authority'], includeRequestBody:"
                + " {maxRequestBytes: 9, allowPartialMessage: true, packAsBytes: true},"
                + " cache: {key: [jwt.sub], ttl: 7s, maxEntries: 3}, timeout: 4s,"
                + " statusOnError: 503}"),
        policy(
            new AiPolicy(
                Map.of("/chat", RouteType.COMPLETIONS),
                Map.of("fast", "gpt-5-mini"),
                Map.of("user", Json.of("u")),
                Map.of("n", Json.parse("2")),
                true),
            "{routes: {/chat: completions}, modelAliases: {fast: gpt-5-mini},"
                + " defaults: {user: u}, overrides: {n: 2}, alwaysUsage: true}"),
        policyOfBackend(new Http("HTTP/2", seconds(3)), "{version: HTTP/2, requestTimeout: 3s}"),
        policyOfBackend(new Tcp(seconds(2)), "{connectTimeout: 2s}"),
        policyOfBackend(
            new Health(new Health.Eviction(seconds(1), 2, 0.25, 0.75, 50, seconds(60)))
                .unhealthyExpression("response.code == 404"),
            "{unhealthyExpression: response.code == 404, eviction: {duration: 1s,"
                + " consecutiveFailures: 2, healthThreshold: 0.25, restoreHealth: 0.75,"
                + " maxEjectionPercent: 50, maxDuration: 60s}}"),
        policyOfBackend(SessionAffinity.by("jwt.sub"), "{source: jwt.sub}"));
  }

  static Stream<Arguments> backends() {
    return Stream.of(
        backend(HostBackend.of("a:80"), "host: 'a:80'"),
        backend(HostBackend.of("a:80", "https://b"), "hosts: ['a:80', 'https://b']"),
        backend(new BackendReference("named"), "backend: named"),
        backend(new InvalidBackend(), "invalid: null"),
        backend(
            LlmBackend.builder().provider("one", OpenAi.withKey(SECRET).model("m")).build(),
            "ai: {name: one, provider: {openAI: {model: m, apiKey: s}}}"),
        backend(
            LlmBackend.builder()
                .group(NamedProvider.of("a", OpenAi.withoutKey()).baseUrl("http://a/v1"))
                .group(NamedProvider.of("b", Preset.withKey("groq", SECRET)))
                .build(),
            "ai: {groups: [{providers: [{name: a, provider: {openAI: {}}, baseUrl:"
                + " 'http://a/v1'}]}, {providers: [{name: b, provider: {groq: {apiKey: s}}}]}]}"));
  }

  private static Arguments policy(Policy policy, String yaml) {
    String text =
        "gateways: {default: {port: 80}}\nroutes:\n- name: r\n"
            + "  matches: [{path: {pathPrefix: /out}}]\n  policies:\n    "
            + (policy.kind() + ": " + yaml + "\n")
            + "  backends: [{host: 'a:80'}]\n";
    return argumentSet(policy.kind(), policy, text, false);
  }

  private static Arguments policyOfBackend(Policy policy, String yaml) {
    String text =
        "gateways: {default: {port: 80}}\nroutes:\n- name: r\n"
            + "  matches: [{path: {pathPrefix: /out}}]\n  backends:\n  - host: 'a:80'\n"
            + ("    policies:\n      " + policy.kind() + ": " + yaml + "\n");
    return argumentSet(policy.kind(), policy, text, true);
  }

  private static Arguments backend(Backend backend, String yaml) {
    String text =
        "gateways: {default: {port: 80}}\nbackends: [{name: named, host: 'n:80'}]\nroutes:\n"
            + ("- name: r\n  backends:\n  - " + yaml + "\n");
    return argumentSet(yaml.substring(0, yaml.indexOf(':')), backend, text);
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void policyIsTheSame(Policy policy, String yaml, boolean atBackend) {
    RouteBackend backend =
        new RouteBackend(
            1, HostBackend.of("a:80"), atBackend ? PolicySet.of(policy) : PolicySet.EMPTY);
    GatewayConfig built =
        GatewayConfig.builder()
            .listen(80)
            .route(
                "r",
                route -> {
                  route.matches(RouteMatch.pathPrefix("/out")).backend(backend);
                  if (!atBackend) {
                    route.policy(policy);
                  }
                })
            .build();

    assertThat(Configs.fromYaml(yaml)).isEqualTo(built);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void backendIsTheSame(Backend backend, String yaml) {
    GatewayConfig built =
        GatewayConfig.builder()
            .listen(80)
            .backend("named", HostBackend.of("n:80"))
            .route("r", route -> route.backend(backend))
            .build();

    assertThat(Configs.fromYaml(yaml)).isEqualTo(built);
  }

  @Test
  void noPolicyIsForgotten() throws IOException {
    Json definitions = Json.parse(Files.readString(SCHEMA)).find("$defs").orElseThrow();
    Set<String> known = new TreeSet<>();
    for (String place : List.of("policies.gateway", "policies.route", "policies.backend")) {
      known.addAll(
          ((JsonObject) definitions.find(place).orElseThrow().find("properties").orElseThrow())
              .members()
              .keySet());
    }
    ServiceLoader.load(PolicyType.class).forEach(type -> known.add(type.key()));

    assertThat(samples().keySet()).isEqualTo(known);
  }

  /** A field that no sample sets could be lost on the way from YAML without anybody noticing. */
  @Test
  void noFieldOfAPolicyIsForgotten() {
    samples()
        .forEach((kind, samples) -> {
          for (RecordComponent field : samples.get(0).getClass().getRecordComponents()) {
            assertThat(samples)
                .as(kind + "." + field.getName())
                .anySatisfy(sample -> assertThat(isSet(value(field, sample))).isTrue());
          }
        });
  }

  private static Map<String, List<Policy>> samples() {
    return policies()
        .map(arguments -> (Policy) arguments.get()[0])
        .collect(Collectors.groupingBy(Policy::kind, TreeMap::new, Collectors.toList()));
  }

  private static boolean isSet(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Collection<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }

  private static @Nullable Object value(RecordComponent field, Policy policy) {
    try {
      return field.getAccessor().invoke(policy);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
