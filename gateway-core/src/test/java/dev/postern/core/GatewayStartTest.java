package dev.postern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.core.http.Body;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.listener.ExchangeExecutor;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.telemetry.AccessLog;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayStartTest {
  private final OkHttpClient client = new OkHttpClient();

  private static GatewayBuilder answering(String text) {
    return Gateway.builder()
        .gateway("default", Bind.port(0).address("127.0.0.1"))
        .route(
            "r",
            route ->
                route.backend(
                    HandlerBackend.of(
                        "h", (exchange, request) -> GatewayResponse.text(200, text))));
  }

  private String get(int port, String path) throws IOException {
    Request request = new Request.Builder().url("http://127.0.0.1:" + port + path).build();
    try (Response response = client.newCall(request).execute()) {
      return response.code() + " " + response.body().string();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "platform"})
  void bothDoorsTakeTheSameWay(String threads) throws Exception {
    ExchangeExecutor executor =
        threads.equals("virtual") ? ExchangeExecutor.VIRTUAL : ExchangeExecutor.platform(4);
    try (Gateway gateway = answering("hello").executor(executor).build().start()) {
      assertThat(get(gateway.port(), "/")).isEqualTo("200 hello");
      assertThat(ShapeFixtures.text(gateway.handle(GatewayRequest.get("/").build())))
          .isEqualTo("hello");
    }
  }

  @Test
  void portThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        Gateway gateway =
            Gateway.builder()
                .gateway("default", Bind.port(taken.getLocalPort()).address("127.0.0.1"))
                .build()) {
      assertThatThrownBy(gateway::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
  }

  @Test
  void reloadOpensAndClosesPortsAndKeepsThoseThatStay() throws Exception {
    try (Gateway gateway = answering("one").build().start()) {
      int first = gateway.port();
      GatewayConfig more =
          answering("two")
              .gateway("second", Bind.port(0).address("127.0.0.1"))
              .route(
                  "s",
                  route ->
                      route
                          .gateways("second")
                          .backend(
                              HandlerBackend.of(
                                  "h", (exchange, request) -> GatewayResponse.text(200, "s"))))
              .toConfig();

      assertThat(gateway.reload(more).status()).isEqualTo(ReloadResult.Status.APPLIED);
      assertThat(gateway.port()).isEqualTo(first);
      assertThat(get(first, "/")).isEqualTo("200 two");
      int second = gateway.addresses().get("second").getPort();
      assertThat(get(second, "/")).isEqualTo("200 s");

      gateway.reload(answering("three").toConfig());
      assertThat(get(first, "/")).isEqualTo("200 three");
      assertThat(gateway.addresses()).containsOnlyKeys("default");
    }
  }

  @Test
  void bindMayChangeItsNameAndLimitsWithoutClosingItsPort() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (Gateway gateway = onPort("one", port, FrontendPolicies.DEFAULT).build().start()) {
      assertThat(get(port, "/")).isEqualTo("200 one");
      FrontendPolicies shortUris =
          FrontendPolicies.builder()
              .http(dev.postern.core.listener.HttpLimits.builder().maxUriBytes(20).build())
              .build();

      ReloadResult result = gateway.reload(onPort("two", port, shortUris).toConfig());

      assertThat(result.problems()).isEmpty();
      assertThat(gateway.addresses()).containsOnlyKeys("two");
      assertThat(get(port, "/")).isEqualTo("200 two");
      client.connectionPool().evictAll();
      assertThat(get(port, "/a-path-that-is-too-long-now")).startsWith("414");
    }
  }

  private static GatewayBuilder onPort(String name, int port, FrontendPolicies policies) {
    return Gateway.builder()
        .gateway(name, Bind.port(port).address("127.0.0.1"))
        .frontendPolicies(policies)
        .route(
            "r",
            route ->
                route
                    .gateways(name)
                    .backend(
                        HandlerBackend.of(
                            "h", (exchange, request) -> GatewayResponse.text(200, name))));
  }

  @Test
  void reloadWithAPortThatIsTakenIsRejected() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        Gateway gateway = answering("one").build().start()) {
      GatewayConfig wrong =
          answering("two")
              .gateway("second", Bind.port(taken.getLocalPort()).address("127.0.0.1"))
              .toConfig();

      ReloadResult result = gateway.reload(wrong);

      assertThat(result.status()).isEqualTo(ReloadResult.Status.REJECTED);
      assertThat(result.problems().getFirst().toString())
          .contains(Integer.toString(taken.getLocalPort()));
      assertThat(get(gateway.port(), "/")).isEqualTo("200 one");
    }
  }

  @Test
  void listenerIsChosenByTheHostOfTheRequest() throws Exception {
    Bind bind =
        Bind.inProcess()
            .listener(new Listener("api", "api.example.com", null, PolicySet.EMPTY))
            .listener(new Listener("rest", "*.example.com", null, PolicySet.EMPTY));
    try (Gateway gateway =
        Gateway.builder()
            .gateway("edge", bind)
            .route(
                "r",
                route ->
                    route
                        .gateways("edge/api")
                        .backend(
                            HandlerBackend.of(
                                "h", (exchange, request) -> GatewayResponse.text(200, "api"))))
            .build()) {
      assertThat(status(gateway, "api.example.com")).isEqualTo("200 api");
      assertThat(status(gateway, "www.example.com")).isEqualTo("404 route not found");
      assertThat(status(gateway, "other.org")).isEqualTo("404 listener not found");
    }
  }

  private static String status(Gateway gateway, String host) throws IOException {
    GatewayResponse response = gateway.handle(GatewayRequest.get("/").authority(host).build());
    return response.status() + " " + ShapeFixtures.text(response);
  }

  @Test
  void everyRequestIsLoggedOnceWhicheverDoorAndOutcome() throws Exception {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    try (Gateway gateway =
        answering("x")
            .accessLog(dev.postern.core.telemetry.LogSink.lines(lines::add), AccessLog.Format.TEXT)
            .build()
            .start()) {
      get(gateway.port(), "/listener");
      gateway.handle(GatewayRequest.get("/in-process").build());
      gateway.handle(GatewayRequest.builder("TRACE", "/refused").build());
    }
    assertThat(lines).hasSize(3);
    assertThat(List.copyOf(lines).get(0)).contains("http.path=/listener").contains("route=r");
    assertThat(List.copyOf(lines).get(1)).contains("http.path=/in-process");
    assertThat(List.copyOf(lines).get(2)).contains("http.status=405 ").contains("InvalidRequest");
  }

  @Test
  void streamOverTheListenerEndsTheExchangeWhenTheClientLeaves() throws Exception {
    BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    try (Gateway gateway =
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route(
                "r",
                route ->
                    route.backend(
                        HandlerBackend.of(
                            "h",
                            (exchange, request) -> {
                              ShapeFixtures.Fed fed =
                                  new ShapeFixtures.Fed(exchange.attemptScope());
                              fed.feed("data: 1\n\n");
                              exchange.onEnd(outcome -> ends.add(outcome.kind().toString()));
                              return GatewayResponse.of(
                                  200,
                                  Headers.of("content-type", "text/event-stream"),
                                  Body.of(fed));
                            })))
            .build()
            .start()) {
      Response response =
          client
              .newCall(
                  new Request.Builder().url("http://127.0.0.1:" + gateway.port() + "/").build())
              .execute();
      assertThat(response.body().source().readUtf8Line()).isEqualTo("data: 1");
      response.close();

      assertThat(ends.poll(5, TimeUnit.SECONDS)).isNotNull();
    }
  }
}
