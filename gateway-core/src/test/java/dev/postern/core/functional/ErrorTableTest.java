package dev.postern.core.functional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.postern.core.Bind;
import dev.postern.core.Buffer;
import dev.postern.core.FrontendPolicies;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HandlerBackend;
import dev.postern.core.HostBackend;
import dev.postern.core.Listener;
import dev.postern.core.ProcessSettings;
import dev.postern.core.Retry;
import dev.postern.core.exchange.PlainErrors;
import dev.postern.core.exchange.Reason;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.exchange.Timers;
import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.listener.ExchangeExecutor;
import dev.postern.core.routing.Route;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.upstream.UpstreamClient;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each error that the gateway itself makes: its status, its words, its reason. */
@Timeout(60)
class ErrorTableTest {
  private static final Supplier<GatewayRequest> GET = () -> GatewayRequest.get("/x").build();
  private static final HandlerBackend HELLO = answering("hello");

  private static HandlerBackend answering(String text) {
    return HandlerBackend.of("h", (exchange, request) -> GatewayResponse.text(200, text));
  }

  private static Consumer<GatewayBuilder> route(Consumer<Route.Builder> parts) {
    return builder -> builder.route("r", parts);
  }

  private static Guard refusing(Reason reason, String message) {
    return new Guard(
        "refusing",
        (exchange, request, next) -> {
          throw reason.exception(message).detail("rule 7");
        });
  }

  static Stream<Arguments> errors() {
    Buffer.Limit ten = new Buffer.Limit(10L, Buffer.FailureMode.FAIL_CLOSED);
    Supplier<GatewayRequest> post =
        () -> GatewayRequest.post("/x", Body.of(new OneTimeBody("more than ten"))).build();
    Retry small =
        Retry.builder().bufferLimit(5).onBufferExceeded(Retry.OnBufferExceeded.FAIL).build();
    return Stream.of(
        argumentSet(
            "no route",
            route(r -> r.hostnames("other").backend(HELLO)),
            GET,
            "404 route not found",
            Reason.NOT_FOUND),
        argumentSet(
            "no backends",
            route(r -> r.backend(new RouteBackend(0, HELLO, PolicySet.EMPTY))),
            GET,
            "500 no valid backends",
            Reason.NO_HEALTHY_BACKEND),
        argumentSet(
            "method",
            route(r -> r.backend(HELLO)),
            get(() -> GatewayRequest.builder("TRACE", "/x").build()),
            "405 method not allowed",
            Reason.INVALID_REQUEST),
        argumentSet(
            "path",
            route(r -> r.backend(HELLO)),
            get(() -> GatewayRequest.get("/a%2fb").build()),
            "400 invalid request",
            Reason.INVALID_REQUEST),
        argumentSet(
            "header name",
            route(r -> r.backend(HELLO)),
            get(() -> GatewayRequest.get("/x").header("x_user", "1").build()),
            "400 invalid request",
            Reason.INVALID_REQUEST),
        argumentSet(
            "twice what may be once",
            route(r -> r.backend(HELLO)),
            get(() ->
                GatewayRequest.get("/x")
                    .headers(Headers.of("authorization", "a", "authorization", "b"))
                    .build()),
            "400 invalid request",
            Reason.INVALID_REQUEST),
        argumentSet(
            "rule",
            route(r ->
                r.policy(refusing(Reason.AUTHORIZATION, "authorization failed")).backend(HELLO)),
            GET,
            "403 authorization failed",
            Reason.AUTHORIZATION),
        argumentSet(
            "rate",
            route(r -> r.policy(refusing(Reason.RATE_LIMIT, "rate limit exceeded")).backend(HELLO)),
            GET,
            "429 rate limit exceeded",
            Reason.RATE_LIMIT),
        argumentSet(
            "request over the limit of a buffer",
            route(r -> r.policy(new Buffer(ten, null)).backend(HELLO)),
            post,
            "413 ",
            Reason.INVALID_REQUEST),
        argumentSet(
            "request over the limit of retries",
            route(r -> r.policy(small).backend(HostBackend.of("127.0.0.1:1"))),
            post,
            "413 payload too large",
            Reason.INVALID_REQUEST),
        argumentSet(
            "response over the limit of a buffer",
            route(r -> r.policy(new Buffer(null, ten)).backend(answering("more than ten"))),
            GET,
            "502 ",
            Reason.UPSTREAM_FAILURE),
        argumentSet(
            "unknown name",
            (Consumer<GatewayBuilder>)
                builder ->
                    builder
                        .upstream(
                            UpstreamClient.create(
                                Timers.system(),
                                host -> {
                                  throw new UnknownHostException(host);
                                },
                                Duration.ofMinutes(1)))
                        .route("r", r -> r.backend(HostBackend.of("nobody.invalid:80"))),
            GET,
            "503 DNS resolution failed",
            Reason.UPSTREAM_FAILURE),
        argumentSet(
            "nobody listens",
            route(r -> r.backend(HostBackend.of("127.0.0.1:1"))),
            GET,
            "503 upstream call failed",
            Reason.UPSTREAM_FAILURE),
        argumentSet(
            "bug of a backend",
            route(r ->
                r.backend(
                    HandlerBackend.of(
                        "h",
                        (exchange, request) -> {
                          throw new IllegalStateException("secret detail");
                        }))),
            GET,
            "500 internal error",
            Reason.INTERNAL),
        argumentSet(
            "no memory left for buffers",
            (Consumer<GatewayBuilder>)
                builder ->
                    builder
                        .settings(settings(12))
                        .route("r", r -> r.policy(new Buffer(limit(100), null)).backend(HELLO)),
            post,
            "503 buffer budget exhausted",
            Reason.OVERLOAD));
  }

  private static Buffer.Limit limit(long bytes) {
    return new Buffer.Limit(bytes, Buffer.FailureMode.FAIL_CLOSED);
  }

  private static Supplier<GatewayRequest> get(Supplier<GatewayRequest> request) {
    return request;
  }

  private static ProcessSettings settings(long maxBufferedBytes) {
    return ProcessSettings.builder().maxBufferedBytes(maxBufferedBytes).build();
  }

  @ParameterizedTest
  @MethodSource("errors")
  @DisplayName("ER-4: each error has its status, words and reason")
  void eachErrorHasItsStatusWordsAndReason(
      Consumer<GatewayBuilder> parts,
      Supplier<GatewayRequest> request,
      String expected,
      Reason reason)
      throws Exception {
    GatewayBuilder builder = Stage.builder();
    parts.accept(builder);
    try (Stage stage = new Stage(builder)) {
      for (Door door : List.of(Door.HTTP_1, Door.IN_PROCESS)) {
        Answer answer = door.send(stage.gateway, request.get());
        assertThat(answer.text()).as("%s", door).isEqualTo(expected);
        Headers headers = answer.headers();
        if (!answer.body().isEmpty()) {
          assertThat(headers.get("content-type")).isEqualTo("text/plain; charset=utf-8");
        }
        boolean mustNotBeStored =
            answer.status() >= 500 || List.of(401, 403, 429).contains(answer.status());
        assertThat(headers.get("cache-control")).isEqualTo(mustNotBeStored ? "no-store" : null);
        assertThat(headers.get("retry-after")).isEqualTo(reason == Reason.OVERLOAD ? "1" : null);
        assertThat(headers.contains("server")).isFalse();
        RequestRecord record = stage.record();
        assertThat(record.reason()).as("%s", door).isEqualTo(reason);
        assertThat(record.error()).as("%s", door).isNotNull();
      }
    }
  }

  @Test
  void requestForAnotherHostFindsNoListener() throws Exception {
    Listener only = new Listener("l", "a.example", null, PolicySet.EMPTY);
    try (Gateway gateway =
        Gateway.builder()
            .gateway("default", Bind.inProcess().listener(only))
            .route("r", route -> route.backend(HELLO))
            .build()) {
      GatewayRequest other = GatewayRequest.get("/").authority("b.example").build();
      assertThat(text(gateway.handle(other))).isEqualTo("404 listener not found");
      assertThat(text(gateway.handle("nowhere", other, gateway.newScope())))
          .isEqualTo("404 bind not found");
    }
  }

  private static String text(GatewayResponse response) throws Exception {
    return response.status() + " " + new String(response.body().readAll(1000), UTF_8);
  }

  @Test
  void requestBeyondTheThreadsThereAreIsToldToComeBack() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    HandlerBackend waiting =
        HandlerBackend.of(
            "h",
            (exchange, request) -> {
              arrived.countDown();
              await(goOn);
              return GatewayResponse.text(200, "hello");
            });
    try (Stage stage =
            new Stage(
                Stage.builder()
                    .executor(ExchangeExecutor.platform(1))
                    .route("r", route -> route.backend(waiting)));
        Wire first = new Wire(stage.port())) {
      first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await(arrived);
      Answer answer = Door.HTTP_1.get(stage.gateway, "/");
      assertThat(answer.text()).isEqualTo("503 overloaded");
      assertThat(answer.headers().get("retry-after")).isEqualTo("1");
      assertThat(stage.record().reason()).isEqualTo(Reason.OVERLOAD);
      goOn.countDown();
      assertThat(first.answer(false).text()).isEqualTo("200 hello");
      assertThat(stage.fate()).isEqualTo("Upstream DONE");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** gRPC clients read status and message from headers. */
  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST,400,13",
    "JWT_AUTH,401,16",
    "BASIC_AUTH,407,16",
    "AUTHORIZATION,403,7",
    "NOT_FOUND,404,12",
    "RATE_LIMIT,429,14",
    "UPSTREAM_FAILURE,502,14",
    "UPSTREAM_FAILURE,503,14",
    "TIMEOUT,504,14",
    "NO_HEALTHY_BACKEND,500,14",
    "INTERNAL,500,2",
    "INVALID_REQUEST,413,2"
  })
  @DisplayName("ER-1: errors for gRPC clients are in headers")
  void errorsForGrpcClientsAreInHeaders(Reason reason, int status, String grpcStatus)
      throws Exception {
    Guard refusing =
        new Guard(
            "refusing",
            (exchange, request, next) -> {
              throw reason.exception("100% \u00fc\n").status(status);
            });
    try (Stage stage =
        new Stage(Stage.builder().route("r", r -> r.policy(refusing).backend(HELLO)))) {
      for (Door door : List.of(Door.HTTP_2, Door.IN_PROCESS)) {
        GatewayRequest call =
            GatewayRequest.post("/s/m", Body.of("x"))
                .header("content-type", "application/grpc+proto")
                .build();
        Answer answer = door.send(stage.gateway, call);
        assertThat(answer.text()).as("%s", door).isEqualTo("200 ");
        assertThat(answer.headers().get("content-type")).isEqualTo("application/grpc");
        assertThat(answer.headers().get("grpc-status")).isEqualTo(grpcStatus);
        assertThat(answer.headers().get("grpc-message")).isEqualTo("100%25 %C3%BC%0A");
        assertThat(stage.record().reason()).isEqualTo(reason);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "TEXT, false, application/json, false",
        "JSON, false, text/plain, true",
        "JSON, true, -, true",
        "TEXT, true, -, false",
        "TEXT, true, */*, false",
        "JSON, true, */*, true",
        "TEXT, true, application/json, true",
        "TEXT, true, 'text/html, application/*;q=0.5, */*;q=0.1', true",
        "JSON, true, 'text/plain, application/json;q=0.2', false",
        "TEXT, true, 'application/json;q=0', false",
        "TEXT, true, 'application/json;q=nonsense, text/plain', false",
      })
  @DisplayName("ER-2: errors are JSON where that is configured, or preferred by the client")
  void errorsAreJsonWhereThatIsAskedFor(
      PlainErrors.Format format, boolean negotiate, @Nullable String accept, boolean json)
      throws Exception {
    GatewayConfig config =
        GatewayConfig.builder()
            .frontendPolicies(
                FrontendPolicies.builder().errors(new PlainErrors(format, negotiate)).build())
            .build();
    GatewayRequest.Builder request = GatewayRequest.get("/x");
    if (accept != null) {
      request.header("accept", accept);
    }
    Guard refusing = refusing(Reason.AUTHORIZATION, "authorization \"failed\"");
    try (Stage stage =
        new Stage(Stage.builder(config).route("r", r -> r.policy(refusing).backend(HELLO)))) {
      for (Door door : List.of(Door.HTTP_1, Door.IN_PROCESS)) {
        Answer answer = door.send(stage.gateway, request.build());
        String id = stage.record().requestId();
        assertThat(answer.text())
            .as("%s", door)
            .isEqualTo(
                json
                    ? "403 {\"error\":{\"code\":\"Authorization\",\"message\":\"authorization"
                        + " \\\"failed\\\"\",\"request_id\":\""
                        + id
                        + "\"}}"
                    : "403 authorization \"failed\"");
        assertThat(answer.headers().get("content-type"))
            .isEqualTo(json ? "application/json" : "text/plain; charset=utf-8");
      }
    }
  }
}
