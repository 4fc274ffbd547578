package dev.postern.core.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.core.Bind;
import dev.postern.core.Gateway;
import dev.postern.core.GatewayBuilder;
import dev.postern.core.GatewayConfig;
import dev.postern.core.HostBackend;
import dev.postern.core.exchange.RequestRecord;
import dev.postern.core.spi.Policy;
import dev.postern.core.telemetry.AccessLog;
import dev.postern.core.telemetry.LogSink;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A started gateway with what its operator sees of each request. */
final class Stage implements AutoCloseable {
  final Gateway gateway;
  private final BlockingQueue<RequestRecord> records = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  Stage(GatewayBuilder builder) throws IOException {
    gateway =
        builder
            .requestListener(records::add)
            .accessLog(LogSink.lines(lines::add), AccessLog.Format.TEXT)
            .build()
            .start();
  }

  /** Returns a builder with one bind, that takes the first of endpoints that are equally good. */
  static GatewayBuilder builder() {
    return builder(GatewayConfig.builder().build());
  }

  /** Returns a builder that starts with {@code config}, whose bind is put on a free port. */
  static GatewayBuilder builder(GatewayConfig config) {
    RandomGenerator first = () -> 0L;
    GatewayConfig.Builder moved = config.toBuilder();
    moved.gateways().put("default", Bind.port(0).address("127.0.0.1"));
    return Gateway.builder().config(moved.build()).random(first);
  }

  /** Returns a gateway before {@code hosts}. */
  static Stage before(String hosts, Policy... policies) throws IOException {
    return new Stage(
        builder()
            .route(
                "r",
                route -> {
                  for (Policy policy : policies) {
                    route.policy(policy);
                  }
                  route.backend(HostBackend.of(hosts.split(" ")));
                }));
  }

  int port() {
    return gateway.port();
  }

  /** Returns the facts of the request that ended next, once its log line is there too. */
  RequestRecord record() throws InterruptedException {
    RequestRecord record = records.poll(10, TimeUnit.SECONDS);
    assertThat(record).as("a request ended").isNotNull();
    assertThat(line()).contains("http.status=" + record.status() + " ");
    return record;
  }

  /** Returns reason and outcome of the request that ended next, as in {@code Upstream DONE}. */
  String fate() throws InterruptedException {
    RequestRecord record = record();
    return record.reason().label() + " " + record.outcome().kind();
  }

  private String line() throws InterruptedException {
    String line = lines.poll(10, TimeUnit.SECONDS);
    assertThat(line).as("an access log line").isNotNull();
    return line;
  }

  /** Ends the gateway at once, and checks that no request ended twice or unseen. */
  @Override
  public void close() {
    gateway.close(Duration.ZERO);
    assertThat(records).isEmpty();
    assertThat(lines).isEmpty();
  }
}
