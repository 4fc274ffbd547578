package dev.postern.policy.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.config.Configs;
import dev.postern.core.config.PolicyType;
import dev.postern.core.exchange.Exchange;
import dev.postern.core.exchange.Handler;
import dev.postern.core.exchange.Reason;
import dev.postern.core.http.Body;
import dev.postern.core.http.BodyStream;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.spi.ConditionalPolicy;
import dev.postern.core.spi.Demands;
import dev.postern.core.spi.Demands.FailureMode;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.testing.TestPolicy;
import dev.postern.policy.functional.Doorway.Answer;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Policies that users write: what they declare, and what happens when they fail. */
@DisplayName("8.5: custom policies")
class CustomPolicyTest {
  private static final int TOO_MUCH = 2 * 1024 * 1024 + 1;

  private final AtomicReference<Exchange> seen = new AtomicReference<>();

  @ParameterizedTest
  @EnumSource
  void aFunctionIsAPolicy(Doorway door) throws IOException {
    TestPolicy stamp =
        TestPolicy.of(
            "stamp",
            Phase.HEADER_MODIFIER,
            (exchange, request, next) ->
                next.proceed(exchange, request).withHeader("x-stamp", request.path()));
    try (Gateway gateway = gateway(stamp, request -> GatewayResponse.text(200, "ok"))) {
      assertThat(door.send(gateway, GatewayRequest.get("/a").build()).header("x-stamp"))
          .isEqualTo("/a");
    }
  }

  @Test
  void withoutADemandBodiesAreNotRead() throws IOException {
    assertThat(lengths(Demands.NONE, 3, "text/plain")).isEqualTo("streamed/streamed");
  }

  // 8.5
  @Test
  void demandedBodiesAreInMemory() throws IOException {
    assertThat(lengths(Demands.NONE.withRequestBody(), 3, "text/plain")).isEqualTo("3/streamed");
    assertThat(lengths(Demands.NONE.withResponseBody(), 3, "text/plain")).isEqualTo("streamed/3");
    assertThat(lengths(Demands.NONE.withResponseBody(), 3, "text/event-stream"))
        .isEqualTo("streamed/streamed");
  }

  @Test
  void demandedBodiesThatAreTooLargeAreRefused() throws IOException {
    assertThat(lengths(Demands.NONE.withRequestBody(), TOO_MUCH, "text/plain"))
        .isEqualTo("413 payload too large");
    assertThat(lengths(Demands.NONE.withResponseBody(), TOO_MUCH, "text/plain"))
        .isEqualTo("502 response too large");
  }

  /** Sends a body of so many bytes, and returns what the policy saw of the bodies of both sides. */
  private String lengths(Demands demands, int size, String type) throws IOException {
    AtomicReference<String> saw = new AtomicReference<>("");
    TestPolicy looking =
        TestPolicy.of(
                "looking",
                Phase.TRANSFORMATION,
                (exchange, request, next) -> {
                  String first = length(request.body());
                  GatewayResponse response = next.proceed(exchange, request);
                  saw.set(first + "/" + length(response.body()));
                  return response;
                })
            .demanding(demands);
    try (Gateway gateway =
        gateway(
            looking,
            request -> GatewayResponse.of(200, Headers.of("content-type", type), streamed(size)))) {
      GatewayRequest request = GatewayRequest.builder("POST", "/").body(streamed(size)).build();
      Answer answer = Doorway.IN_PROCESS.send(gateway, request);
      return answer.status() == 200 ? saw.get() : answer.status() + " " + answer.body();
    }
  }

  private static Body streamed(int size) {
    return Body.of(BodyStream.of(ByteBuffer.wrap("x".repeat(size).getBytes(UTF_8))));
  }

  private static String length(Body body) {
    return body.replayable() ? Long.toString(body.length()) : "streamed";
  }

  // 8.5
  @ParameterizedTest
  @EnumSource
  void anUnexpectedExceptionIsA500(Doorway door) throws IOException {
    TestPolicy broken =
        TestPolicy.of(
            "broken",
            Phase.TRANSFORMATION,
            (exchange, request, next) -> {
              seen.set(exchange);
              throw new IllegalStateException("secret detail");
            });
    try (Gateway gateway = gateway(broken, request -> GatewayResponse.text(200, "ok"))) {
      Answer answer = door.send(gateway, GatewayRequest.get("/").build());
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.body()).isEqualTo("internal error");
      assertThat(seen.get().record().reason()).isEqualTo(Reason.INTERNAL);
    }
  }

  // 8.5
  @ParameterizedTest
  @CsvSource({"DENY, true, 500", "DENY, false, 500", "ALLOW, true, 200", "ALLOW, false, 200"})
  void itsFailureModeSaysWhatHappensWithoutItsDependency(
      FailureMode mode, boolean onTheWayIn, int status) throws IOException {
    InterceptingPolicy failing =
        failing(onTheWayIn).demanding(Demands.NONE.dependingOn("it", mode));
    for (InterceptingPolicy policy :
        List.of(
            failing, new ConditionalPolicy(List.of(new ConditionalPolicy.Entry(null, failing))))) {
      try (Gateway gateway = gateway(policy, request -> GatewayResponse.text(200, "ok"))) {
        assertThat(Doorway.IN_PROCESS.send(gateway, GatewayRequest.get("/").build()).status())
            .isEqualTo(status);
        assertThat(seen.get().record().failedOpen())
            .isEqualTo(mode == FailureMode.ALLOW ? List.of("failing") : List.of());
        assertThat(seen.get().record().reason())
            .isEqualTo(mode == FailureMode.ALLOW ? Reason.UPSTREAM : Reason.INTERNAL);
      }
    }
  }

  private TestPolicy failing(boolean onTheWayIn) {
    return TestPolicy.of(
        "failing",
        Phase.TRANSFORMATION,
        (exchange, request, next) -> {
          seen.set(exchange);
          if (onTheWayIn) {
            throw new IOException("unreachable");
          }
          next.proceed(exchange, request);
          throw new IllegalStateException("broken");
        });
  }

  @Test
  void aRefusalIsNoFailure() throws IOException {
    TestPolicy refusing =
        TestPolicy.of(
                "refusing",
                Phase.AUTHORIZATION,
                (exchange, request, next) -> {
                  throw Reason.AUTHORIZATION.exception("no");
                })
            .demanding(Demands.NONE.dependingOn("it", FailureMode.ALLOW));
    try (Gateway gateway = gateway(refusing, request -> GatewayResponse.text(200, "ok"))) {
      assertThat(Doorway.IN_PROCESS.send(gateway, GatewayRequest.get("/").build()).status())
          .isEqualTo(403);
    }
  }

  @Test
  void onlyADependencyCanFailOpen() {
    assertThatThrownBy(() -> new Demands(false, false, null, FailureMode.ALLOW))
        .hasMessage("failureMode: ALLOW (expected: DENY for a policy without a dependency)");
  }

  private interface Answering {
    GatewayResponse answer(GatewayRequest request);
  }

  private static Gateway gateway(InterceptingPolicy policy, Answering answering)
      throws IOException {
    Handler handler =
        (exchange, request) -> {
          request.body().discard();
          return answering.answer(request);
        };
    Gateway gateway =
        Gateway.builder()
            .listen(0)
            .route("r", route -> route.policy(policy).backend(HandlerBackend.of("ok", handler)))
            .build();
    gateway.start();
    return gateway;
  }

  // 8.5
  @ParameterizedTest
  @CsvSource({"deny, alice, 200", "deny, eve, 403", "allow, alice, 200", "allow, eve, 403"})
  void theExampleAsksItsService(String mode, String caller, int status, @TempDir Path directory)
      throws Exception {
    try (MockWebServer service = new MockWebServer();
        Gateway gateway = fromYaml(service, mode, directory)) {
      service.enqueue(new MockResponse.Builder().code(caller.equals("eve") ? 200 : 404).build());
      assertThat(ask(gateway, caller)).isEqualTo(status);
      assertThat(service.takeRequest().getTarget()).isEqualTo("/blocked/" + caller);
    }
  }

  @ParameterizedTest
  @CsvSource({"deny, 500", "allow, 200"})
  void theExampleSaysWhatHappensWithoutItsService(String mode, int status, @TempDir Path directory)
      throws Exception {
    MockWebServer service = new MockWebServer();
    try (Gateway gateway = fromYaml(service, mode, directory)) {
      service.close();
      assertThat(ask(gateway, "alice")).isEqualTo(status);
    }
  }

  private static int ask(Gateway gateway, String caller) throws IOException {
    GatewayRequest request = GatewayRequest.get("/").header("x-caller", caller).build();
    return Doorway.IN_PROCESS.send(gateway, request).status();
  }

  /** Loads a file that names the policy, with its type registered as a jar of it would. */
  private static Gateway fromYaml(MockWebServer service, String mode, Path directory)
      throws IOException {
    service.start();
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(PolicyType.class.getName()), Blocklist.Type.class.getName() + "\n");
    String yaml =
        """
        gateways:
          default: {port: 8080}
        routes:
        - policies:
            blocklist: {host: %s, port: %d, failureMode: %s}
            directResponse: {status: 200, body: hello}
          backends: [{host: "localhost:1"}]
        """
            .formatted(service.getHostName(), service.getPort(), mode);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader jar = new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
      thread.setContextClassLoader(jar);
      GatewayConfig config = Configs.fromYaml(yaml);
      return Gateway.builder().config(config).build();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void thePageShowsTheExampleThatRuns() throws IOException {
    String page = Files.readString(Path.of("../docs/custom-policies.md"));
    String source =
        Files.readString(Path.of("src/test/java/dev/postern/policy/functional/Blocklist.java"));
    String example =
        source.substring(
            source.indexOf("// example:begin\n") + "// example:begin\n".length(),
            source.indexOf("// example:end"));
    assertThat(page).contains("```java\n" + example + "```");
  }
}
