package dev.postern.policy.authn;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.HostBackend;
import dev.postern.core.config.Configs;
import dev.postern.core.config.LoadOptions;
import dev.postern.core.config.LoadedConfig;
import dev.postern.core.exchange.Interceptor;
import dev.postern.core.http.GatewayRequest;
import dev.postern.core.http.GatewayResponse;
import dev.postern.core.http.Headers;
import dev.postern.core.json.Json;
import dev.postern.core.spi.GatewayContext;
import dev.postern.core.spi.InterceptingPolicy;
import dev.postern.core.spi.Phase;
import dev.postern.core.spi.Place;
import dev.postern.core.spi.Policy;
import dev.postern.core.spi.PolicySet;
import dev.postern.core.spi.VariableSource;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/** A gateway before a server that remembers what reached it. */
final class Site implements AutoCloseable {
  /** A way into the gateway. */
  enum Door {
    CALL,
    SOCKET
  }

  record Answer(int status, Headers headers, String body) {}

  final List<RecordedRequest> reached = new CopyOnWriteArrayList<>();
  final List<String> log = new CopyOnWriteArrayList<>();

  private final MockWebServer server = new MockWebServer();
  private final Gateway gateway;
  private volatile Instant now = Instant.parse("2030-01-01T00:00:00Z");

  private Site(Function<String, GatewayBuilder> parts) throws IOException {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            reached.add(request);
            return new MockResponse.Builder().body("reached").build();
          }
        });
    server.start(InetAddress.getLoopbackAddress(), 0);
    gateway =
        parts
            .apply("127.0.0.1:" + server.getPort())
            .clock(() -> now)
            .accessLog(LogSink.lines(log::add), AccessLog.Format.JSON)
            .build()
            .start();
  }

  /** Returns a gateway whose route has these policies. */
  static Site of(Policy... policies) throws IOException {
    return new Site(host ->
        Gateway.builder()
            .gateway("default", Bind.port(0).address("127.0.0.1"))
            .route(
                "r",
                route -> {
                  route.backend(HostBackend.of(host));
                  for (Policy policy : policies) {
                    route.policy(policy);
                  }
                }));
  }

  /** Returns a gateway whose route has the policies of a YAML text. */
  static Site yaml(Path directory, String policies) throws IOException {
    PolicySet read = load(directory, policies).config().routes().getFirst().policies();
    return of(read.all().toArray(new Policy[0]));
  }

  /** Reads a configuration with the policies of a YAML text. */
  static LoadedConfig load(Path directory, String policies) {
    String text =
        """
        gateways:
          default:
            port: 8080
        routes:
        - name: r
          backends:
          - host: localhost:9000
          policies:
        """
            + policies.indent(4);
    return Configs.parse("t.yaml", text, LoadOptions.DEFAULTS.baseDir(directory));
  }

  /** Sets the wall clock. */
  void at(Instant time) {
    now = time;
  }

  Instant now() {
    return now;
  }

  /** Sends a GET request with these headers. */
  Answer get(Door door, String target, String... headers) throws IOException {
    return door == Door.CALL ? call(target, headers) : socket(target, headers);
  }

  private Answer call(String target, String... headers) throws IOException {
    GatewayRequest request = GatewayRequest.get(target).headers(Headers.of(headers)).build();
    try (GatewayResponse response = gateway.handle(request)) {
      return new Answer(
          response.status(),
          response.headers(),
          new String(response.body().readAll(1 << 20), StandardCharsets.UTF_8));
    }
  }

  private Answer socket(String target, String... headers) throws IOException {
    StringBuilder head = new StringBuilder("GET " + target + " HTTP/1.1\r\nhost: g\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    head.append("connection: close\r\n\r\n");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = all.indexOf("\r\n\r\n");
      Headers.Builder read = Headers.builder();
      String[] lines = all.substring(0, end).split("\r\n", -1);
      for (int i = 1; i < lines.length; i++) {
        int colon = lines[i].indexOf(':');
        read.add(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
      }
      return new Answer(
          Integer.parseInt(lines[0].split(" ", -1)[1]), read.build(), all.substring(end + 4));
    }
  }

  Gateway gateway() {
    return gateway;
  }

  @Override
  public void close() {
    gateway.close(Duration.ZERO);
    server.close();
  }

  /**
   * Reads all that other policies offer to expressions, as one that runs after them would.
   *
   * @param sources what they offer
   * @param seen where it goes, request by request
   */
  record Witness(List<VariableSource> sources, List<Map<String, String>> seen)
      implements InterceptingPolicy {
    static Witness of(Policy... policies) {
      return new Witness(
          List.of(policies).stream().flatMap(policy -> policy.variables().stream()).toList(),
          new CopyOnWriteArrayList<>());
    }

    @Override
    public String kind() {
      return "witness";
    }

    @Override
    public Phase phase(Place place) {
      return Phase.TRANSFORMATION;
    }

    @Override
    public Interceptor interceptor(GatewayContext context) {
      return (exchange, request, next) -> {
        Map<String, String> values = new TreeMap<>();
        for (VariableSource source : sources) {
          for (String field : source.present(exchange)) {
            Object value = source.read(exchange, field);
            String shown = value instanceof Json json ? json.toString() : String.valueOf(value);
            values.put(source.name() + "." + field, shown);
          }
        }
        seen.add(values);
        return next.proceed(exchange, request);
      };
    }
  }
}
