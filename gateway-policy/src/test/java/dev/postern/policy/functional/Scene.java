package dev.postern.policy.functional;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HostBackend;
import dev.postern.core.config.Configs;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.routing.RouteBackend;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/**
 * A started gateway before real servers. Of endpoints that are equally good it takes the first, so
 * that a test knows where a request goes that nothing else decides about.
 */
final class Scene implements AutoCloseable {
  /** The ways a configuration comes about. */
  enum Writing {
    JAVA,
    YAML
  }

  /** What the n-th server does, until a test says something else. */
  final List<Answering> answers = new ArrayList<>();

  private final List<MockWebServer> servers = new ArrayList<>();
  private Gateway gateway;

  /** Answers a request. */
  @FunctionalInterface
  interface Answering {
    MockResponse answer(RecordedRequest request);
  }

  /** Starts servers that answer with their number, counted from 0, and a gateway before them. */
  Scene(Writing writing, int number, List<Policy> ofRoute, List<Policy> ofBackend)
      throws IOException {
    List<String> hosts = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      hosts.add(start(i));
    }
    PolicySet policies = PolicySet.of(ofBackend.toArray(Policy[]::new));
    RouteBackend backend =
        new RouteBackend(1, HostBackend.of(hosts.toArray(String[]::new)), policies);
    GatewayConfig.Builder built =
        GatewayConfig.builder()
            .listen(80)
            .route(
                "r",
                route -> {
                  ofRoute.forEach(route::policy);
                  route.backend(backend);
                });
    GatewayConfig config = built.build();
    if (writing == Writing.YAML) {
      config = Configs.fromYaml(Configs.toYaml(config));
    }
    GatewayConfig.Builder moved = config.toBuilder();
    moved.gateways().put("default", Bind.port(0).address("127.0.0.1"));
    RandomGenerator first = () -> 0L;
    gateway = Gateway.builder().config(moved.build()).random(first).build().start();
  }

  private String start(int number) throws IOException {
    answers.add(request -> text(200, Integer.toString(number)));
    MockWebServer server = new MockWebServer();
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answers.get(number).answer(request);
          }
        });
    server.start();
    servers.add(server);
    return "127.0.0.1:" + server.getPort();
  }

  static MockResponse text(int status, String body, String... headers) {
    MockResponse.Builder response = new MockResponse.Builder().code(status).body(body);
    for (int i = 0; i < headers.length; i += 2) {
      response.addHeader(headers[i], headers[i + 1]);
    }
    return response.build();
  }

  /** Lets a server give these answers, and the last one from then on. */
  Scene answering(int server, MockResponse... responses) {
    List<MockResponse> left = new ArrayList<>(List.of(responses));
    answers.set(server, request -> left.size() > 1 ? left.removeFirst() : left.getFirst());
    return this;
  }

  /** Ends a server: nobody can connect to it any more. */
  void stop(int server) {
    servers.get(server).close();
  }

  /** Returns how many requests reached a server. */
  int reached(int server) {
    return servers.get(server).getRequestCount();
  }

  Gateway gateway() {
    return gateway;
  }

  Doorway.Answer send(Doorway door, GatewayRequest request) throws IOException {
    return door.send(gateway, request);
  }

  /** Sends a request by a call and returns status and content. */
  String get(GatewayRequest request) throws IOException {
    Doorway.Answer answer = send(Doorway.IN_PROCESS, request);
    return answer.status() + " " + answer.body();
  }

  @Override
  public void close() {
    gateway.close(Duration.ZERO);
    servers.forEach(MockWebServer::close);
  }
}
