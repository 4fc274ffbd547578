package dev.postern.policy.external;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.HostBackend;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.spi.Policy;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import dev.postern.policy.external.AuthorizationProtocol.Http;
import dev.postern.policy.functional.Doorway;
import dev.postern.policy.functional.Doorway.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;

/** A server that decides, a server that remembers what reached it, and a gateway before both. */
final class Scene implements AutoCloseable {
  final List<RecordedRequest> asked = new CopyOnWriteArrayList<>();
  final List<RecordedRequest> reached = new CopyOnWriteArrayList<>();
  final List<String> log = new CopyOnWriteArrayList<>();

  private final MockWebServer authorizer = new MockWebServer();
  private final MockWebServer backend = new MockWebServer();
  private volatile Script script = request -> new MockResponse.Builder().build();
  private @Nullable Gateway gateway;

  /** What the server that decides answers. */
  interface Script {
    MockResponse answer(RecordedRequest request) throws InterruptedException;
  }

  Scene() throws IOException {
    serve(
        authorizer,
        request -> {
          asked.add(request);
          return script.answer(request);
        });
    serve(
        backend,
        request -> {
          reached.add(request);
          return new MockResponse.Builder().body("reached").build();
        });
  }

  private static void serve(MockWebServer server, Script script) throws IOException {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            return script.answer(request);
          }
        });
    server.start(InetAddress.getLoopbackAddress(), 0);
  }

  /** Has the service answer like this. */
  Scene answering(Script script) {
    this.script = script;
    return this;
  }

  /** Has the service answer like this. */
  Scene answering(int status, String... headers) {
    MockResponse.Builder response = new MockResponse.Builder().code(status);
    for (int i = 0; i < headers.length; i += 2) {
      response.addHeader(headers[i], headers[i + 1]);
    }
    MockResponse made = response.build();
    return answering(request -> made);
  }

  /** Returns where the service is. */
  HostBackend service() {
    return HostBackend.of(serviceAddress());
  }

  String serviceAddress() {
    return "127.0.0.1:" + authorizer.getPort();
  }

  String backendAddress() {
    return "127.0.0.1:" + backend.getPort();
  }

  /** Puts these policies on the route. */
  Scene behind(Policy... policies) throws IOException {
    return running(
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route(
                "r",
                route -> {
                  route.backend(HostBackend.of(backendAddress()));
                  for (Policy policy : policies) {
                    route.policy(policy);
                  }
                }));
  }

  /** Runs a gateway, which is closed with the scene. */
  Scene running(GatewayBuilder builder) throws IOException {
    open(builder).gateway().start();
    return this;
  }

  /** Runs a gateway for calls of this process only. */
  Scene open(GatewayBuilder builder) {
    gateway = builder.accessLog(LogSink.lines(log::add), AccessLog.Format.JSON).build();
    return this;
  }

  Gateway gateway() {
    if (gateway == null) {
      throw new IllegalStateException("no gateway yet");
    }
    return gateway;
  }

  Answer get(String target, String... headers) throws IOException {
    GatewayRequest.Builder request = GatewayRequest.get(target).authority("g.example");
    return send(request, headers);
  }

  Answer send(GatewayRequest.Builder request, String... headers) throws IOException {
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return Doorway.IN_PROCESS.send(gateway(), request.build());
  }

  /** Ends the gateway; the log is complete then. */
  Scene ended() {
    gateway().close(Duration.ofSeconds(5));
    return this;
  }

  @Override
  public void close() {
    if (gateway != null) {
      gateway.close(Duration.ZERO);
    }
    authorizer.close();
    backend.close();
  }

  /** Returns a policy that asks the service. */
  ExtAuthz asking(Http http) {
    return ExtAuthz.http(service(), http);
  }

  /** Returns what the service was asked, once. */
  RecordedRequest onlyAsked() {
    assertThat(asked).hasSize(1);
    return asked.getFirst();
  }

  /** Returns what the backend got, once. */
  RecordedRequest onlyReached() {
    assertThat(reached).hasSize(1);
    return reached.getFirst();
  }
}
