package dev.postern.policy.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.InvalidConfigurationException;
import dev.postern.core.TracingResources;
import dev.postern.core.config.ConfigDiagnostic;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import dev.postern.core.telemetry.Sampling;
import dev.postern.core.telemetry.Tracing;
import dev.postern.core.testing.FreePorts;
import dev.postern.core.text.Secret;
import dev.postern.policy.authn.ApiKey;
import dev.postern.policy.authn.AuthenticationMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lines of the access log that expressions shape, evaluated when the request has ended. */
class AccessLogExpressionsTest {
  private static final String KEY = "0123456789abcdef";
  private static final AccessLog SHAPED =
      AccessLog.DEFAULT
          .filter("response.code != 404")
          .add("team", "apiKey.team")
          .add("who", "default(apiKey.name, 'nobody')")
          .add("agent", "request.headers['user-agent']")
          .add("query", "request.uri.query('q')")
          .add("sizes", "{'asked': size(request.body), 'got': size(response.body)}")
          .add("ms", "proxy.upstreamDuration < duration('10s')")
          .add("jwt.sub", "jwt.sub")
          .remove(
              "gateway", "listener", "http.version", "http.host", "src.addr", "duration", "route");
  private static final String YAML =
      """
      frontendPolicies:
        accessLog:
          filter: response.code != 404
          add:
            team: apiKey.team
            who: default(apiKey.name, 'nobody')
            agent: request.headers['user-agent']
            query: request.uri.query('q')
            sizes: "{'asked': size(request.body), 'got': size(response.body)}"
            ms: proxy.upstreamDuration < duration('10s')
            jwt.sub: jwt.sub
          remove: [gateway, listener, http.version, http.host, src.addr, duration, route]
      """;

  private final List<String> log = new CopyOnWriteArrayList<>();

  @Test
  void membersAreSpreadOverFieldsOfTheirOwn() throws IOException {
    AccessLog spread =
        AccessLog.DEFAULT
            .add("q", "flatten({'a': 1, 'b': {'c': 'x'}, 'n': null})")
            .add("all", "flattenRecursive({'b': {'c': 'x'}, 'l': [1, 2]})")
            .add("whole", "{'a': 1}");
    try (Gateway gateway = gateway(spread, AccessLog.Format.JSON)) {
      assertThat(Doorway.IN_PROCESS.send(gateway, call()).status()).isEqualTo(200);
    }
    assertThat(Json.parse(log.getFirst()).toString())
        .contains("\"q.a\":1", "\"q.b\":{\"c\":\"x\"}", "\"all.b.c\":\"x\"", "\"whole\":{\"a\":1}")
        .contains("\"all.l.0\":1", "\"all.l.1\":2")
        .doesNotContain("q.n", "\"q\":", "\"all\":");
  }

  @ParameterizedTest
  @EnumSource
  void writesWhatExpressionsSay(Doorway door) throws IOException {
    try (Gateway gateway = gateway(SHAPED, AccessLog.Format.TEXT)) {
      assertThat(door.send(gateway, call()).status()).isEqualTo(200);
      assertThat(door.send(gateway, missing()).status()).isEqualTo(404);
    }

    assertThat(log)
        .singleElement()
        .asString()
        .endsWith(
            "\trequest http.method=POST http.path=/v1/chat http.status=200 protocol=http"
                + " team=blue who=ann agent=\"tests 1\" query=\"[\\\"a b\\\"]\""
                + " sizes=\"{\\\"asked\\\":5,\\\"got\\\":9}\"");
  }

  @ParameterizedTest
  @EnumSource
  void writesTheSameAsJson(Doorway door) throws IOException {
    try (Gateway gateway = gateway(SHAPED, AccessLog.Format.JSON)) {
      assertThat(door.send(gateway, call()).status()).isEqualTo(200);
    }

    assertThat(log).hasSize(1);
    assertThat(log.getFirst().replaceFirst("\"duration_ms\":[0-9.]+,", ""))
        .endsWith(
            "\"http.method\":\"POST\",\"http.path\":\"/v1/chat\",\"http.status\":200,"
                + "\"protocol\":\"http\",\"team\":\"blue\",\"who\":\"ann\",\"agent\":\"tests 1\","
                + "\"query\":[\"a b\"],\"sizes\":{\"asked\":5,\"got\":9}}");
  }

  @Test
  void aFileSaysTheSame() {
    GatewayConfig read = Configs.fromYaml(YAML);

    assertThat(read.frontendPolicies().accessLog()).isEqualTo(SHAPED);
    assertThat(Configs.fromYaml(Configs.toYaml(read))).isEqualTo(read);
  }

  @Test
  void theOlderPlaceSaysTheSame() {
    String older =
        YAML.replace("frontendPolicies:\n  accessLog:", "config:\n  logging:")
            .replace("    add:", "    fields:\n      add:")
            .replace("      team:", "        team:")
            .replace("      who:", "        who:")
            .replace("      agent:", "        agent:")
            .replace("      query:", "        query:")
            .replace("      sizes:", "        sizes:")
            .replace("      ms:", "        ms:")
            .replace("      jwt.sub:", "        jwt.sub:")
            .replace("    remove:", "      remove:");
    LoadedConfig loaded = Configs.parse("old.yaml", older, LoadOptions.DEFAULTS);

    assertThat(loaded.config().frontendPolicies().accessLog()).isEqualTo(SHAPED);
    assertThat(loaded.diagnostics())
        .extracting(ConfigDiagnostic::message)
        .containsExactly("fields: deprecated; use frontendPolicies.accessLog");
  }

  @Test
  void bothPlacesAreRefused() {
    assertThatThrownBy(() ->
            Configs.fromYaml(
                """
                config: {logging: {filter: "true"}}
                frontendPolicies: {logging: {remove: [duration]}}
                """))
        .hasMessageContaining(
            "cannot use deprecated config.logging together with frontendPolicies.accessLog");
  }

  @Test
  void errorsShowWhereTheyStand() {
    LoadedConfig loaded =
        Configs.parse(
            "gateway.yaml",
            """
            frontendPolicies:
              logging:
                filter: response.code
                add:
                  a: request.pth
                  b: llm.requestModel
            routes:
            - backends: [{host: "localhost:1"}]
            gateways:
              default: {port: 8080}
            """,
            LoadOptions.DEFAULTS);

    assertThatThrownBy(() -> Gateway.from(loaded.config()))
        .isInstanceOfSatisfying(
            InvalidConfigurationException.class,
            refused ->
                assertThat(loaded.locate(refused).getMessage())
                    .contains(
                        "gateway.yaml:3:13: error[CFG016] frontendPolicies.logging.filter: gives a"
                            + " number (expected: true or false)")
                    .contains(
                        "gateway.yaml:5:18: error[CFG016] frontendPolicies.logging.add.a: unknown"
                            + " field pth; did you mean path?")
                    .contains(
                        "gateway.yaml:6:10: error[CFG016] frontendPolicies.logging.add.b: llm"));
  }

  @Test
  void whoeverRecordsContentsIsToldWhere() throws IOException {
    List<String> told = new CopyOnWriteArrayList<>();
    java.util.logging.Logger logger = java.util.logging.Logger.getLogger(Gateway.class.getName());
    java.util.logging.Handler handler =
        new java.util.logging.Handler() {
          @Override
          public void publish(java.util.logging.LogRecord record) {
            told.add(String.valueOf(record.getParameters()[0]));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      gateway(AccessLog.DEFAULT.add("who", "jwt.sub"), AccessLog.Format.TEXT).close();
      gateway(SHAPED.add("whole", "request"), AccessLog.Format.TEXT).close();
    } finally {
      logger.removeHandler(handler);
    }

    assertThat(told)
        .containsExactly(
            "frontendPolicies.accessLog.add.sizes, frontendPolicies.accessLog.add.whole");
  }

  @Test
  void resourcesAreEvaluatedOnce() {
    GatewayConfig config =
        GatewayConfig.builder()
            .frontendPolicies(
                FrontendPolicies.builder()
                    .tracing(
                        Tracing.DEFAULT
                            .resource("deployment.environment", "'blue'")
                            .resource("n", "1 + 1")
                            .resource("missing", "jwt.sub"))
                    .build())
            .build();

    assertThat(TracingResources.of(config))
        .isEqualTo(Map.of("deployment.environment", "blue", "n", "2"));
    assertThatThrownBy(() ->
            Gateway.builder()
                .frontendPolicies(
                    FrontendPolicies.builder()
                        .tracing(Tracing.DEFAULT.resource("path", "request.path"))
                        .build())
                .build())
        .hasMessageContaining("frontendPolicies.tracing.resources.path: ");
  }

  @Test
  void samplingLooksAtHeadsOnly() {
    assertThatThrownBy(() ->
            Gateway.builder()
                .frontendPolicies(
                    FrontendPolicies.builder()
                        .tracing(Tracing.DEFAULT.randomSampling(Sampling.of("request.body == ''")))
                        .build())
                .build())
        .hasMessage(
            "frontendPolicies.tracing.randomSampling: looks at the body (expected: an expression"
                + " over the head of the request)");
  }

  @ParameterizedTest
  @EnumSource
  void aFilterThatFailsDrops(Doorway door) throws IOException {
    try (Gateway gateway = gateway(AccessLog.DEFAULT.filter("fail()"), AccessLog.Format.TEXT)) {
      assertThat(door.send(gateway, call()).status()).isEqualTo(200);
    }

    assertThat(log).isEmpty();
  }

  @Test
  void keysAndTokensAreNeverShown() throws IOException {
    AccessLog revealing = AccessLog.DEFAULT.add("key", "apiKey.key").add("all", "apiKey");
    try (Gateway gateway = gateway(revealing, AccessLog.Format.JSON)) {
      assertThat(Doorway.IN_PROCESS.send(gateway, call()).status()).isEqualTo(200);
    }

    assertThat(log).singleElement().asString().doesNotContain(KEY);
  }

  @Test
  void refusalsHaveTheirFieldsToo() throws IOException {
    AccessLog settings = AccessLog.DEFAULT.add("why", "response.reason").add("t", "apiKey.team");
    try (Gateway gateway = gateway(settings, AccessLog.Format.TEXT)) {
      GatewayRequest stranger = GatewayRequest.get("/").build();
      assertThat(Doorway.LISTENER.send(gateway, stranger).status()).isEqualTo(401);
    }

    assertThat(log).singleElement().asString().endsWith(" why=APIKeyAuth");
  }

  @ParameterizedTest
  @EnumSource
  void bodiesAreRecordedUpToTheConfiguredSize(Doorway door) throws IOException {
    GatewayConfig config =
        Configs.fromYaml(
            """
            gateways:
              default: {port: 4000}
            frontendPolicies:
              http: {maxBufferSize: 4}
              accessLog:
                add:
                  said: string(response.body)
                  cut: response.bodyTruncated
            routes:
            - policies:
                directResponse: {status: 200, body: a longer text}
            """);
    try (Gateway gateway =
        Gateway.builder()
            .config(FreePorts.of(config))
            .accessLog(LogSink.lines(log::add), AccessLog.Format.TEXT)
            .build()
            .start()) {
      assertThat(door.send(gateway, GatewayRequest.get("/").build()).body())
          .isEqualTo("a longer text");
    }
    assertThat(log).singleElement().asString().endsWith(" said=\"a lo\" cut=true");
  }

  @Test
  void bodiesAreRecordedWhileTheyStream() throws IOException {
    AccessLog settings =
        AccessLog.DEFAULT
            .add("said", "response.body")
            .add("cut", "response.bodyTruncated")
            .add("asked", "request.bodyTruncated ? '?' : request.body");
    Steps steps = new Steps("one,", "two");
    try (Gateway gateway =
        Gateway.builder()
            .accessLog(LogSink.lines(log::add), AccessLog.Format.TEXT)
            .frontendPolicies(FrontendPolicies.builder().accessLog(settings).build())
            .route(
                "r",
                route ->
                    route.backend(
                        HandlerBackend.of(
                            "steps",
                            (exchange, request) ->
                                GatewayResponse.of(200, Headers.EMPTY, Body.of(steps, -1)))))
            .build()) {
      BodyStream stream = gateway.handle(GatewayRequest.get("/").build()).body().open();
      assertThat(stream.next()).isNotNull();
      assertThat(steps.taken).isEqualTo(1); // nothing was read ahead
      assertThat(stream.next()).isNotNull();
      assertThat(stream.next()).isNull();

      steps.taken = 0;
      gateway.handle(GatewayRequest.post("/", Body.of("hi")).build()).close();
    }

    assertThat(log).hasSize(2);
    assertThat(log.getFirst()).endsWith(" said=one,two cut=false asked=\"\"");
    assertThat(log.getLast())
        .contains(" reason=Cancelled ")
        .endsWith(" said=\"\" cut=true asked=hi");
  }

  @Test
  void aCompressedBodyIsDecodedAsFarAsItCame() throws IOException {
    byte[] zipped = gzip("hello ".repeat(50_000));
    AccessLog settings =
        AccessLog.DEFAULT.add("start", "response.body.substring(0, 11)").remove("duration");
    Steps steps = new Steps(zipped);
    try (Gateway gateway =
        Gateway.builder()
            .accessLog(LogSink.lines(log::add), AccessLog.Format.TEXT)
            .frontendPolicies(FrontendPolicies.builder().accessLog(settings).build())
            .route(
                "r",
                route ->
                    route.backend(
                        HandlerBackend.of(
                            "steps",
                            (exchange, request) ->
                                GatewayResponse.of(
                                    200,
                                    Headers.of("content-encoding", "gzip"),
                                    Body.of(steps, -1)))))
            .build()) {
      try (GatewayResponse response = gateway.handle(GatewayRequest.get("/").build())) {
        assertThat(response.body().open().next()).isNotNull();
      }
    }

    assertThat(log).singleElement().asString().endsWith(" start=\"hello hello\"");
  }

  private Gateway gateway(AccessLog settings, AccessLog.Format format) throws IOException {
    GatewayBuilder builder =
        Gateway.builder()
            .gateway("default", dev.postern.core.Bind.port(0).address("127.0.0.1"))
            .accessLog(LogSink.lines(log::add), format)
            .frontendPolicies(FrontendPolicies.builder().accessLog(settings).build())
            .route(
                "r",
                route ->
                    route
                        .policy(
                            ApiKey.of(
                                    ApiKey.Key.of(Secret.of(KEY))
                                        .name("ann")
                                        .metadata(Map.of("team", Json.of("blue"))))
                                .mode(AuthenticationMode.STRICT))
                        .backend(HandlerBackend.of("echo", AccessLogExpressionsTest::answer)));
    return builder.build().start();
  }

  private static GatewayResponse answer(
      dev.postern.core.exchange.Exchange exchange, GatewayRequest request) throws IOException {
    if (request.path().equals("/missing")) {
      return GatewayResponse.of(404);
    }
    byte[] asked = request.body().readAll(100);
    return GatewayResponse.of(
        200, Headers.EMPTY, Body.of("got " + new String(asked, StandardCharsets.UTF_8)));
  }

  private static GatewayRequest call() {
    return GatewayRequest.post("/v1/chat?q=a%20b", Body.of("hello"))
        .header("authorization", "Bearer " + KEY)
        .header("user-agent", "tests 1")
        .build();
  }

  private static GatewayRequest missing() {
    return GatewayRequest.get("/missing").header("authorization", "Bearer " + KEY).build();
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  /** Says one thing after the other, when it is asked for. */
  private static final class Steps implements BodyStream {
    private final byte[][] pieces;
    private int taken;

    Steps(String... pieces) {
      this.pieces = new byte[pieces.length][];
      for (int i = 0; i < pieces.length; i++) {
        this.pieces[i] = pieces[i].getBytes(StandardCharsets.UTF_8);
      }
    }

    /** The first half, and the rest. */
    Steps(byte[] all) {
      int half = all.length / 2;
      this.pieces =
          new byte[][] {
            java.util.Arrays.copyOf(all, half), java.util.Arrays.copyOfRange(all, half, all.length)
          };
    }

    @Override
    public @Nullable ByteBuffer next() {
      return taken == pieces.length ? null : ByteBuffer.wrap(pieces[taken++]);
    }

    @Override
    public void close() {}
  }
}
