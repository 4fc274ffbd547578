package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendTls;
import dev.postern.core.CredentialLocation;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HostBackend;
import dev.postern.core.Retry;
import dev.postern.core.config.ConfigException;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.Headers;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import dev.postern.core.text.Secret;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets planted wherever they may come in are found nowhere but at the upstream. */
@Timeout(60)
class PlantedSecretsTest {
  private static final String PLANTED = "sk-planted-4711";

  /** All that was said of a run: logs, access log, answers. */
  private final List<String> said = new CopyOnWriteArrayList<>();

  private final Logger logger = Logger.getLogger("dev.postern");
  private final Level level = logger.getLevel();
  private final Handler listening =
      new Handler() {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
          said.add(formatter.format(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    listening.setLevel(Level.ALL);
    logger.setLevel(Level.ALL);
    logger.addHandler(listening);
  }

  @AfterEach
  void forget() {
    logger.removeHandler(listening);
    logger.setLevel(level);
  }

  private void assertNothingSaid() {
    assertThat(said).isNotEmpty().noneMatch(text -> text.contains(PLANTED));
  }

  private static String stackTrace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private static GatewayBuilder watched(GatewayBuilder builder, List<String> said) {
    return builder
        .requestListener((RequestRecord record) -> said.add(record.error() + " " + record.path()))
        .accessLog(LogSink.lines(said::add), AccessLog.Format.JSON);
  }

  private static GatewayBuilder to(String host) {
    return Stage.builder()
        .backend(
            "b",
            HostBackend.of(host),
            BackendAuth.key(Secret.of(PLANTED)),
            Retry.builder().attempts(1).build())
        .route("r", route -> route.backend(new dev.postern.core.BackendReference("b")));
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        argumentSet("bearer", one("authorization", "Bearer " + PLANTED)),
        argumentSet(
            "two bearers",
            GatewayRequest.get("/")
                .headers(Headers.of("authorization", PLANTED, "authorization", PLANTED))
                .build()),
        argumentSet("broken bearer", one("authorization", "Bearer " + PLANTED + "\u0001")),
        argumentSet("proxy", one("proxy-authorization", "Basic " + PLANTED)),
        argumentSet("api key", one("x-api-key", PLANTED)),
        argumentSet("cookie", one("cookie", "session=" + PLANTED)),
        argumentSet("query", GatewayRequest.get("/a?key=" + PLANTED).build()),
        argumentSet("broken query", GatewayRequest.get("/a?key=" + PLANTED + "#x").build()),
        argumentSet("user info", GatewayRequest.get("http://user:" + PLANTED + "@a/").build()),
        argumentSet("user info in host", one("host", "user:" + PLANTED + "@a")));
  }

  private static GatewayRequest one(String name, String value) {
    return GatewayRequest.get("/").header(name, value).build();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void whatARequestHoldsIsNotSaid(GatewayRequest request) throws Exception {
    assertThat(request.toString().replaceAll("//[^/]*@", "//")).doesNotContain(PLANTED);
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(ScriptedUpstream.OK)) {
      try (Gateway gateway = watched(to(upstream.address()), said).build().start()) {
        for (Door door : List.of(Door.HTTP_1, Door.IN_PROCESS)) {
          Answer answer = door.send(gateway, request);
          said.add(answer.text() + answer.headers());
        }
      }
      // What upstreams get in place of it is the configured key.
      assertThat(upstream.heads)
          .allSatisfy(head -> assertThat(head).containsIgnoringCase("authorization: Bearer "));
    }
    assertNothingSaid();
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1", "IN_PROCESS"})
  void keyOfABackendIsNotSaidWhateverFails(Door door) throws Exception {
    ScriptedUpstream.Script[] scripts = {
      ScriptedUpstream.Connection::reset,
      connection -> connection.write("garbage\r\n\r\n"),
      connection -> {
        connection.readHead();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
      }
    };
    for (ScriptedUpstream.Script script : scripts) {
      try (ScriptedUpstream upstream = new ScriptedUpstream(script);
          Gateway gateway = watched(to(upstream.address()), said).build().start()) {
        Answer answer = door.get(gateway, "/");
        said.add(answer.text() + answer.headers() + gateway.config() + gateway.warnings());
      }
    }
    try (Gateway gateway = watched(to("127.0.0.1:1"), said).build().start()) {
      said.add(door.get(gateway, "/").text());
    }
    assertNothingSaid();
  }

  @Test
  void keyIsNotShownByWhatDescribesIt() {
    BackendAuth inHeader = BackendAuth.key(Secret.of(PLANTED));
    BackendAuth elsewhere =
        BackendAuth.key(Secret.of(PLANTED), new CredentialLocation.QueryParameter("k"));
    GatewayConfig config = to("a:1").toConfig();
    said.add(inHeader.toString());
    said.add(elsewhere.toString());
    said.add(config.toString());
    said.add(config.backends().toString());
    said.add(Configs.toYaml(config));
    assertNothingSaid();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:sk-planted-4711@example.com",
        "http://sk-planted-4711@example.com:80",
        "user:sk-planted-4711@example.com:80",
        "https://example.com/?key=sk-planted-4711"
      })
  void secretInAnAddressIsRefusedAndNotSaid(String host) {
    try {
      said.add("taken: " + HostBackend.of(host));
    } catch (IllegalArgumentException e) {
      said.add(stackTrace(e));
    }
    try {
      String text =
          "gateways: {default: {port: 1}}\nroutes: [{backends: [{host: '" + host + "'}]}]";
      said.add("loaded: " + Configs.parse("test", text, LoadOptions.DEFAULTS).config());
    } catch (ConfigException e) {
      // The lines of the file that are shown are the reader's own; the message must not repeat
      // them.
      e.diagnostics().forEach(problem -> said.add(problem.message()));
    }
    assertThat(said).noneMatch(text -> text.startsWith("taken") || text.startsWith("loaded"));
    assertNothingSaid();
  }

  @Test
  void filesThatCannotBeUsedAreNamedButNotQuoted(@TempDir Path folder) throws Exception {
    Path key = folder.resolve("key.pem");
    Files.writeString(
        key, "-----BEGIN PRIVATE KEY-----\n" + PLANTED + "\n-----END PRIVATE KEY-----\n");
    BackendTls tls = BackendTls.system().clientCertificate(key, key);
    try (Gateway gateway =
        Stage.builder()
            .route("r", route -> route.policy(tls).backend(HostBackend.of("a:1")))
            .build()) {
      said.add("built " + gateway.config());
    } catch (RuntimeException e) {
      said.add(stackTrace(e));
    }
    assertThat(said).anyMatch(text -> text.contains(key.toString()));
    assertNothingSaid();
  }
}
